"""A source as its folder defines it: source.yml, its SELECTs, its kinds of lines."""
