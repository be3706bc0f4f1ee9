"""Candidates against each other: their results, the gate, the decision."""
