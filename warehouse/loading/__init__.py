"""Landed files → raw: each row checked against the contract, loaded, quarantined or recognised as loaded."""
