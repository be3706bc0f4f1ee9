"""Data that are fetched from where they are kept, databases and object stores, and handed in like files."""
