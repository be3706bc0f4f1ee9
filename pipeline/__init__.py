"""What a pipeline run does, stage by stage, without Airflow; called by the DAGs, by tests and from Python."""
