"""Metrics of models, their bootstrap intervals, and plots."""
