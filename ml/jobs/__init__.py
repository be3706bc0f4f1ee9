"""The questions about customers, one folder each, and their base classes."""
