"""Why a score is what it is: reasons per customer, pictures of the whole, fairness figures, model cards.

`reasons.reason_columns` adds the two columns of the score tables; `training_report.TrainingReport` makes what a
training leaves beside its models in MLflow and in `quality.model_fairness`. See docs/explanations.md.
"""
