"""Building the marts with dbt: what changed since the last build, and what a model computes in Python."""
