"""The life cycle of models: training, approval, service, scoring, rollback."""
