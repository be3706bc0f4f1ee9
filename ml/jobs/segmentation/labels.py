"""What people see of a fitted segmentation: lasting ids, and names that are true of the members."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ml.competition.results import Result
from ml.estimators.segments.model import SegmentModel
from ml.jobs.segmentation.configuration import SegmentationConfiguration
from ml.jobs.segmentation.matching import matched_ids
from ml.jobs.segmentation.naming import Named, name_segments


def labelled(
    result: Result, months: list[pd.DataFrame], champion: SegmentModel | None, configuration: SegmentationConfiguration
) -> Result:
    """Set ids, those of the champion where segments match and else by value, and names, with the shares as metrics.

    Parameters
    ----------
    months
        The features of customers at one date each, today's first.
    """
    model, today = result.candidate.estimator, months[0]
    ids = None if champion is None else matched_ids(model, champion, configuration.maximum_match_distance)
    if ids is None:
        spend = today["net_amount"].groupby(model.positions(today)).mean()
        spend = spend.reindex(range(len(model.centers_)), fill_value=-np.inf)
        ids = (-spend).rank(method="first").astype(int).to_numpy()
    model.segment_ids_ = ids
    named = name_segments([(rows, model.predict(rows)) for rows in months], configuration.naming)
    by_id = {str(number): named.get(int(number), Named(f"Segment {number}", {}, 1.0)) for number in ids}  # nobody in it
    model.segment_names_ = {number: one.name for number, one in by_id.items()}
    model.segment_claims_ = {number: dict(one.claim) for number, one in by_id.items()}
    shares = {
        "name_true_share": float(model.name_is_true(today).mean()),
        "lowest_name_true_share": min(one.true_share for one in named.values()),
    }
    return replace(result, metrics={**result.metrics, **shares})


def names_for_the_record(model: SegmentModel, features: pd.DataFrame) -> list[dict[str, object]]:
    """What each name claims, and the share of members of whom it is true."""
    segment, is_true, claims = model.predict(features), model.name_is_true(features), model.segment_claims_ or {}
    members = {number: segment == int(number) for number in model.segment_names_}
    return [
        {
            "segment_id": int(number),
            "segment_name": name,
            "claims": claims.get(number),
            "customer_count": int(members[number].sum()),
            "name_true_share": float(is_true[members[number]].mean()) if is_true is not None else None,
        }
        for number, name in model.segment_names_.items()
        if members[number].any()
    ]
