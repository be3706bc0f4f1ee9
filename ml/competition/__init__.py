"""The comparison of candidates: results, gate, decision."""
