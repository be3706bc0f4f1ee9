"""One person, one customer: which customer ids of a source belong to the same person."""
