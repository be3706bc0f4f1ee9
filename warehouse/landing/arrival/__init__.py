"""The order in which files arrived: kept beside them, and what follows from it for rows that are gone."""
