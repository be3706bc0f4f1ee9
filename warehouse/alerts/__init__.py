"""Messages about runs to people outside."""
