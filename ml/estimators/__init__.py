"""What learns and predicts: rules, models and what they are made of, with fit and predict and nothing else."""
