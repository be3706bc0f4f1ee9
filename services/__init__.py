"""The front door: starts and stops the embedded Airflow and MLflow, runs the pipeline, and tells how it went."""
