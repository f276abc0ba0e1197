"""Checks: one question each, put to a Scene. The file name is the name in the config."""
