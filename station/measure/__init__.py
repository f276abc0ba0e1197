"""Pure functions from arrays to figures; no settings, no files."""
