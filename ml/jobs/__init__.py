"""The questions to the customers' data, one folder each, and what they have in common."""
