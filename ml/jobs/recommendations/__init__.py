"""What to offer to each customer: two lists of products, each computed by the best of several ways."""
