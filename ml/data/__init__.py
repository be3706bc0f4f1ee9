"""Snapshots of features and labels, and their fingerprints."""
