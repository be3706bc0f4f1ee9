"""The front door: starts and stops Airflow, MLflow and the dashboard, runs the pipeline, and tells how it went."""
