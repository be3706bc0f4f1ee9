"""A pipeline run: its source and date before it begins, its summary when it has ended."""
