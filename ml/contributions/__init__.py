"""What each feature adds to a score: by the structure of a model where it is known, else by replacing features."""
