"""The DAGs that one run of the pipeline goes through: those who start, follow or wait for a run name them from here."""

PIPELINE_DAGS = ("ingest_sources", "build_marts", "train_models", "score_customers")  # in their order
