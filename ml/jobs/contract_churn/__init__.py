"""Churn with contract: the probability that a running contract ends, and its expected remaining months."""
