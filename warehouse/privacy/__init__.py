"""Who was erased and how ids are hidden; a person's records in landed files."""
