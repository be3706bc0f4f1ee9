"""What the gates measure before they judge: the bridge of revenue, and profiles of columns."""
