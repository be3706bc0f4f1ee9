"""A corpus of broken inputs, each with the outcome it must have, and a campaign that tries them on the loader."""
