"""Audiences: declared lists of customers, with consent, limits and a hold-out, selected, exported and measured."""
