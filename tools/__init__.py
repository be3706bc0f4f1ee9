"""Programs for those who work on Clientele; nothing that runs needs them."""
