"""The page of a published version: one HTML file that opens from disk."""
