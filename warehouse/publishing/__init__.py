"""The build file → the published version: whole or not at all, kept, rolled back."""
