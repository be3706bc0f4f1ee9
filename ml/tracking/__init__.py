"""The one package that knows MLflow: experiments, runs, registered models and their aliases.

Experiments and registered models are named after the job (crm_churn, …). Versions of several sources are in one
registered model and have the tag `source`: the alias `champion` points to the version that was put into service last,
`champion-<source>` to the one that serves a source from its date on.
"""

from ml.tracking.backtests import record_backtest
from ml.tracking.descriptions import MODEL_CARD, describe_results
from ml.tracking.documents import read_document, training_report, write_document
from ml.tracking.explained import explain_results, place_of
from ml.tracking.recording import Recorded, record_refusal, record_training
from ml.tracking.registry import challenger_of, champion_of, load_estimator, version_of, versions_of
from ml.tracking.registry_changes import RegistryChange, answer_change, apply_change, champion_change, training_change
from ml.tracking.results import NestedRun, record_results
from ml.tracking.server import TrackingServer
from ml.tracking.versions import Figures, RegisteredVersion, usable_champion

__all__ = [
    "MODEL_CARD",
    "Figures",
    "NestedRun",
    "Recorded",
    "RegisteredVersion",
    "RegistryChange",
    "TrackingServer",
    "answer_change",
    "apply_change",
    "challenger_of",
    "champion_change",
    "champion_of",
    "describe_results",
    "explain_results",
    "load_estimator",
    "place_of",
    "read_document",
    "record_backtest",
    "record_refusal",
    "record_results",
    "record_training",
    "training_change",
    "training_report",
    "usable_champion",
    "version_of",
    "versions_of",
    "write_document",
]
