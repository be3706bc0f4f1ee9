"""The data dictionary: an index by question, and a page for each table, made from what is declared elsewhere."""
