"""Monitoring of models in service: drift of data and scores, and realised performance."""
