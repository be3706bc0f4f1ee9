"""Landed files → raw: each row judged by the contract, loaded, quarantined or recognised as loaded."""
