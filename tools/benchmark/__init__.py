"""How long the models take and how much memory they need, at ten thousand to a million customers."""
