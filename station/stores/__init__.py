"""Stores: where verdicts and decisions are kept. The file name is the name in the config."""
