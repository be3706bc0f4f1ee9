"""Scoring a customer by facts: the SQL of the marts and the published models, on a database with this customer alone."""
