"""Privacy: erasing a person everywhere, and sharing figures under a privacy budget."""
