"""Customers drawn at random, each in a few plain sentences, to see what no check finds."""
