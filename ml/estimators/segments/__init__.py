"""Models of kinds of customers."""
