"""The gates: what must hold before tables are handed over, as Great Expectations suites and checkpoints."""
