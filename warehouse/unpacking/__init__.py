"""What is handed in and is no text or Parquet, such as archives and workbooks, becomes such before it is landed."""
