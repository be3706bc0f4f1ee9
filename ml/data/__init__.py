"""What models are given: snapshots of features and labels, and where they came from."""
