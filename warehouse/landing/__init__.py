"""Files handed in: checked, recognised by their names, put into the landing folder whole, in order of arrival."""
