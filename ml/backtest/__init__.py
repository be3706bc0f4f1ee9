"""Replay of earlier dates: the models' metrics on the outcomes that followed."""
