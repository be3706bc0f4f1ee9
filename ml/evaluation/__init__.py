"""How good a model is: metrics, their uncertainty, and pictures of both."""
