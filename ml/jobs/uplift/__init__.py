"""What a contact changes, and for whom."""
