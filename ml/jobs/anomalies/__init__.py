"""What looks wrong: orders and customers, with reasons in words, the money at stake and what people said of them."""
