"""Which products are bought together: association rules, and what became of them."""
