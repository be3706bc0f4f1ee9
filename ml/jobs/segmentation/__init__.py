"""Segmentation: kinds of customers by behaviour, with names a marketer uses."""
