"""Backends: run the network. One file each; the file name is the name in the config."""
