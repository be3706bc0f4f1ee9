"""Models of customer segments."""
