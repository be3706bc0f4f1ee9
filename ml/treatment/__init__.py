"""Missing values and outliers: the stated rule of every feature, as models apply it; marts stay as they are."""
