"""Figures for others under a budget of differential privacy."""
