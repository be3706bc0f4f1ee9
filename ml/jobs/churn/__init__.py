"""Churn without contract: the probability of no purchase in the next horizon."""
