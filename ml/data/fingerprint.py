"""A fingerprint of the data that a model was trained on: it changes when the data do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd

from ml.data.dated_rows import DatedRows
from ml.data.features import model_frame
from ml.data.snapshots import LABEL_COLUMNS


def data_fingerprint(
    snapshots: DatedRows, comparable: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> dict[str, str]:
    """Row counts, dates and a content hash; the order of rows does not matter.

    Parameters
    ----------
    comparable
        Converts rows to fixed types before they are hashed; by default for rows of `marts.customer_features`.
    """
    dates = snapshots.training_dates
    return {
        "source": snapshots.source,
        "as_of_date": snapshots.as_of_date.isoformat(),
        "evaluation_date": str(snapshots.evaluation_date or "none"),
        "first_training_date": str(dates[0]) if dates else "none",
        "last_training_date": str(dates[-1]) if dates else "none",
        "training_row_count": str(len(snapshots.training)),
        "evaluation_row_count": str(len(snapshots.evaluation)),
        "scoring_row_count": str(len(snapshots.scoring)),
        "content_sha256": content_hash(
            snapshots.training, snapshots.evaluation, snapshots.scoring, comparable=comparable
        ),
    }


def content_hash(*frames: pd.DataFrame, comparable: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> str:
    """SHA-256 over keys, features and labels of frames of rows; the order of rows does not matter."""
    digest = hashlib.sha256()
    for frame in frames:
        rows = (comparable or _comparable)(frame)
        digest.update(",".join(rows.columns).encode())
        digest.update(pd.util.hash_pandas_object(rows, index=False).sort_values().to_numpy().tobytes())
    return digest.hexdigest()


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Keys, features and labels in fixed types, whatever types the reader gave them."""
    if frame.empty:
        return pd.DataFrame()
    labels = [name for name in LABEL_COLUMNS if name in frame.columns]
    return model_frame(frame).assign(
        customer_id=frame["customer_id"].astype(str).to_numpy(),
        as_of_date=pd.to_datetime(frame["as_of_date"]).dt.strftime("%Y-%m-%d").to_numpy(),
        **{name: frame[name].to_numpy(dtype=float) for name in labels},
    )
