"""The voice of the customer: language, sentiment and themes of what customers write."""
