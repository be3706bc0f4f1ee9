"""Estimators: rules, models and their parts, with `fit` and `predict` as in scikit-learn."""
