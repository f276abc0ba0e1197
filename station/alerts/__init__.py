"""Alerts: ways to make a person notice. The file name is the name in the config."""
