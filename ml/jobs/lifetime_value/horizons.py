"""The further horizons of lifetime value: their snapshots, and who is to serve each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import duckdb
import pandas as pd

from ml.competition.results import Competition, Result
from ml.data.snapshots import Snapshots, check_no_leak
from ml.estimators.lifetime_value import HorizonModel
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings


@dataclass(frozen=True)
class LabelledHistory(Snapshots):
    """Snapshots of the job's own horizon, and the labelled rows that further horizons are learned from.

    Attributes
    ----------
    labelled
        Features of every snapshot date with `future_net_amount_<days>d` of each further horizon, null where its
        window is not over; empty where there are none.
    """

    labelled: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class HorizonOutcome:
    """What came of one horizon's competition.

    Attributes
    ----------
    competition
        None where the horizon is refused.
    refusal
        Why; None where it is not.
    model
        What serves it.
    """

    horizon_days: int
    snapshots: Snapshots
    competition: Competition | None
    refusal: str | None
    model: HorizonModel

    def results(self) -> tuple[Result, ...]:
        """The competition's results under names that tell the horizon."""
        if self.competition is None:
            return ()
        suffix = f"_{self.horizon_days}d"
        return tuple(
            replace(result, candidate=replace(result.candidate, name=result.name + suffix))
            for result in self.competition.results
        )


@dataclass(frozen=True)
class HorizonsCompetition(Competition):
    """A competition for the job's own horizon, with those for the further ones."""

    horizons: tuple[HorizonOutcome, ...] = ()


def label_column(horizon_days: int) -> str:
    return f"future_net_amount_{horizon_days}d"


def read_labelled_history(
    settings: Settings,
    source: str,
    snapshots: Snapshots,
    horizons_days: Sequence[int],
    maximum_row_count: int | None,
) -> LabelledHistory:
    """Add the rows of all dates that have a label of a further horizon; customers are thinned to the limit.

    Where the marts have no label of a horizon it is left out, and refused later on.
    """
    own = {name: getattr(snapshots, name) for name in Snapshots.__dataclass_fields__}
    with open_build_file(settings, source, read_only=True) as connection:
        known = {row[0] for row in connection.execute("describe marts.customer_labels").fetchall()}
        labels = [label_column(days) for days in horizons_days if label_column(days) in known]
        labelled = _labelled_rows(connection, labels, maximum_row_count) if labels else pd.DataFrame()
    return LabelledHistory(**own, labelled=labelled)


def _labelled_rows(
    connection: duckdb.DuckDBPyConnection, labels: Sequence[str], maximum_row_count: int | None
) -> pd.DataFrame:
    selected = (
        "from marts.customer_features as features "
        "inner join marts.customer_labels as labels using (customer_id, as_of_date) "
        f"where ({' or '.join(f'labels.{name} is not null' for name in labels)})"
    )
    count = connection.execute(f"select count(*) {selected}").fetchone()[0]
    limit = count if maximum_row_count is None else maximum_row_count
    kept = 1_000_000 if count <= limit else int(1_000_000 * limit / count)
    return connection.execute(
        f"select features.*, {', '.join(f'labels.{name}' for name in labels)} {selected} "
        "and md5_number_lower(customer_id) % 1000000 < ? order by customer_id, as_of_date",
        [kept],
    ).df()


def horizon_snapshots(history: LabelledHistory, horizon_days: int) -> Snapshots:
    """The snapshots of one further horizon: judged a horizon before the run's date, learned from one before that.

    Labels are put where those of the job's own horizon stand.
    """
    judged_on = pd.Timestamp(history.as_of_date) - timedelta(days=horizon_days)
    rows = _labelled(history, horizon_days)
    training = rows[rows["as_of_date"] <= judged_on - timedelta(days=horizon_days)]
    found = replace(
        Snapshots(**{name: getattr(history, name) for name in Snapshots.__dataclass_fields__}),
        clv_horizon_days=horizon_days,
        training=training.reset_index(drop=True),
        evaluation=rows[rows["as_of_date"] == judged_on].reset_index(drop=True),
    )
    check_no_leak(found)
    return found


def _labelled(history: LabelledHistory, horizon_days: int) -> pd.DataFrame:
    column = label_column(horizon_days)
    if column not in history.labelled:
        return pd.DataFrame({"as_of_date": pd.to_datetime([]), "customer_id": [], "is_eligible": []})
    rows = history.labelled[history.labelled[column].notna()]
    return rows.assign(future_net_amount=rows[column].astype(float))


def refused(horizon_days: int, snapshots: Snapshots, reason: str) -> HorizonOutcome:
    """The outcome of a horizon that the history does not allow."""
    return HorizonOutcome(horizon_days, snapshots, None, reason, HorizonModel(horizon_days, reason=reason))


def decided(
    horizon_days: int, snapshots: Snapshots, competition: Competition, former: HorizonModel | None
) -> HorizonOutcome:
    """The outcome of a horizon that was competed for: the winner serves, or the former goes on."""
    serving = competition.decision.serving
    if serving is None:
        return HorizonOutcome(horizon_days, snapshots, competition, None, former)
    estimator = competition.result(serving).candidate.estimator
    model = HorizonModel(
        horizon_days,
        amount=estimator.amount,
        interval=estimator.interval,
        columns=competition.columns,
        candidate=serving,
    )
    return HorizonOutcome(horizon_days, snapshots, competition, None, model)


def report(outcomes: Sequence[HorizonOutcome]) -> dict[str, object]:
    """Decision and figures by horizon, as plain values."""
    return {str(outcome.horizon_days): _told(outcome) for outcome in outcomes}


def _told(outcome: HorizonOutcome) -> dict[str, object]:
    if outcome.competition is None:
        return {"decision": "refused", "reason": outcome.refusal}
    decision = outcome.competition.decision
    return {
        "decision": decision.verdict,
        "reason": decision.reason,
        "serving": outcome.model.candidate,
        "evaluation_date": str(outcome.snapshots.evaluation_date),
        "training_dates": [str(day) for day in outcome.snapshots.training_dates],
        "checks": [vars(check) for check in decision.checks],
        "candidates": {result.name: result.metrics for result in outcome.competition.results},
        "failed_candidates": dict(outcome.competition.failures),
        **outcome.competition.documents,
    }
