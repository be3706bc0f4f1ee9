"""When a customer orders next, and for how much."""
