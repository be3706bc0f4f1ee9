"""Churn with contract: which running subscription ends, and how long may it be expected to go on?"""
