"""Segmentation: segments of customers by behaviour, with names for marketers."""
