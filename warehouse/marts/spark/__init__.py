"""The marts built by Spark instead of DuckDB: the same dbt models, for a shop that one machine is too small for."""
