"""The tables there are: the contract of raw, our own tables, scores; and the data dictionary of all of them."""
