"""Messages about runs to operators."""
