"""Scoring a customer by facts: the SQL of the marts and the published models, on tables of this customer alone."""
