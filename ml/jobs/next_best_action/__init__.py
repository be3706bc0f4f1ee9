"""Which contact to try on whom, by a policy that learns and only suggests until it beats the readable rules."""
