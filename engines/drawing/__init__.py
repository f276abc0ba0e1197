"""Drawn photographs of herbarium sheets: every object is painted together with its truth."""
