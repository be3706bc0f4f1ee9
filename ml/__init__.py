"""LEARN: features in, models, evaluation, tracking, scores out. See `python -m ml --help`."""
