"""What the gates measure before they check: the bridge of revenue, and profiles of columns."""
