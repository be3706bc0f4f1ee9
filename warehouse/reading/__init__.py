"""Files as records: CSV and Parquet, and records that cannot be read."""
