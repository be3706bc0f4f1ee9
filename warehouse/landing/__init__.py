"""Files handed in: checked, told apart by their names, put into the landing folder whole, in order of arrival."""
