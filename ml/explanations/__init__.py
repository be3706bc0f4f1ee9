"""Explanations of scores: reasons per customer, global plots, fairness figures, model cards.

`reasons.reason_columns` makes the two columns of the score tables; `training_report.TrainingReport` makes the artefacts
of a training in MLflow and the rows of `quality.model_fairness`. See docs/explanations.md.
"""
