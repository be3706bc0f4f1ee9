"""How the values of a column are read: types, numbers, days, ids, spellings."""
