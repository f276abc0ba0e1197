"""The capture station: the daemon on the imaging workstation and its faces."""
