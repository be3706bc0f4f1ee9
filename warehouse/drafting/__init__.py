"""A first draft of a source: what a stranger's files probably are, written down for a person to check."""
