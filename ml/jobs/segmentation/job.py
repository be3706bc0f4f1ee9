"""Segmentation as a job: candidates of three methods, their selection, persistent ids, names and scores."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
from sklearn.metrics import adjusted_rand_score

from ml.competition.course import evaluated
from ml.competition.results import Candidate, Competition, Refused, Result
from ml.configuration import load_configuration
from ml.data.dated_rows import eligible
from ml.data.features import model_frame, usable_columns
from ml.data.preprocessing import SignedLog
from ml.data.sampling import sampled
from ml.data.snapshots import Snapshots
from ml.estimators.segments.model import SegmentModel
from ml.estimators.segments.scaling import behaviour_scaler
from ml.jobs.base import Job
from ml.jobs.segmentation.candidates import candidates
from ml.jobs.segmentation.configuration import PROFILE_COLUMNS, SegmentationConfiguration
from ml.jobs.segmentation.decision import decide
from ml.jobs.segmentation.figures import Space, bootstrap_ari, monthly_ari, partition_figures
from ml.jobs.segmentation.labels import labelled, names_for_the_record
from ml.jobs.segmentation.selection import Choice, choose
from ml.treatment.rows import complete
from ml.treatment.transformer import value_changes

# A single feature gives a ranking, not segments.
_FEWEST_COLUMNS = 2
# Of those whom a rule and no model groups; models number theirs from 1.
_LAPSED, _WITHOUT_PURCHASE = 0, -1


class SegmentationJob(Job[Snapshots, SegmentModel]):
    """Segments of the customers eligible at the as-of date; without labels, and hence without a temporal holdout."""

    name = "segmentation"
    configuration: SegmentationConfiguration

    def __init__(self, configuration: SegmentationConfiguration | None = None) -> None:
        self.configuration = configuration or load_configuration(SegmentationConfiguration, "segmentation")
        self.gate = self.configuration.gate

    @property
    def maximum_training_row_count(self) -> int:
        return self.configuration.maximum_monthly_row_count

    @property
    def maximum_snapshot_row_count(self) -> int:
        return self.configuration.maximum_snapshot_row_count

    def check(self, snapshots: Snapshots) -> None:
        if snapshots.scoring.empty:
            raise Refused(f"Nobody has ordered anything before {snapshots.as_of_date}: there are no segments to find.")
        customers = self._customers(snapshots.scoring)
        minimum = self.configuration.minimum_customer_count
        if len(customers) < minimum:
            raise Refused(
                f"Only {len(customers)} eligible customers as of {snapshots.as_of_date}; {minimum} are needed."
            )
        columns = self._varying_columns(snapshots)
        if len(columns) < _FEWEST_COLUMNS:
            raise Refused(
                "Customers differ in fewer than two of the features "
                f"{', '.join(self.configuration.columns)}: there are no segments to find."
            )
        distinct = len(model_frame(customers, columns).drop_duplicates())
        if distinct < self.configuration.serving_from + 1:
            raise Refused(f"Customers show only {distinct} different behaviours: too few to group.")

    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        varying = self._varying_columns(snapshots)
        return varying + tuple(name for name in PROFILE_COLUMNS if name not in varying)

    def _customers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Eligible customers with all required features."""
        return complete(eligible(rows), (*self.configuration.columns, *PROFILE_COLUMNS), self.subject)

    def _varying_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        features = model_frame(self._customers(snapshots.scoring), self.configuration.columns)
        logs = pd.DataFrame(SignedLog().fit_transform(features), columns=features.columns)
        spread = logs.std(ddof=0)
        return tuple(n for n in usable_columns(features)[0] if spread[n] >= self.configuration.minimum_log_spread)

    def compete(self, snapshots: Snapshots, champion: Candidate[SegmentModel] | None) -> Competition:
        columns, wanted = self._varying_columns(snapshots), self.input_columns(snapshots)
        everyone = model_frame(self._customers(snapshots.scoring), wanted)
        features = sampled(everyone, self.configuration.maximum_fit_count, self.random_seed).reset_index(drop=True)
        months = self._months(snapshots, wanted)
        space = self._space(features, columns)
        results, failures = self._results(features, columns, months, space)
        evidence = pd.DataFrame({result.name: result.metrics for result in results[1:]}).T
        choice = choose(evidence, self.configuration)
        serving = champion.estimator if champion else None
        results = [labelled(result, [features, *months], serving, self.configuration) for result in results]
        chosen = next(result for result in results if result.name == choice.name)
        former = None if serving is None else partition_figures(serving, features, space)
        return Competition(
            results=tuple(results),
            failures=failures,
            decision=decide(self.gate, choice, chosen, results[0], former),
            columns=wanted,
            dropped_columns={n: "hardly differs" for n in self.configuration.columns if n not in columns},
            example=snapshots.scoring,
            figures={r.name: self._pictures(r, features, evidence, choice) for r in (chosen, results[0])},
            champion_metrics={}
            if serving is None or former is None
            else self._agreement(chosen, serving, features, former),
            documents={"segment_names.json": names_for_the_record(chosen.candidate.estimator, features)},
        )

    def _space(self, features: pd.DataFrame, columns: tuple[str, ...]) -> Space:
        """The scale on which all candidates are evaluated."""
        own = features[list(columns)]
        scaled = behaviour_scaler(self.configuration.winsorized_share).fit_transform(own)
        return Space.of(scaled, self.configuration)

    def _results(
        self, features: pd.DataFrame, columns: tuple[str, ...], months: list[pd.DataFrame], space: Space
    ) -> tuple[list[Result], dict[str, str]]:
        distinct = len(features[list(columns)].drop_duplicates())
        result = partial(self._result, features=features, months=months, space=space)
        unfitted = candidates(self.configuration, columns, distinct - 1)
        return evaluated(self.name, ((one.name, partial(result, one)) for one in unfitted))

    def _result(self, unfitted: Candidate, features: pd.DataFrame, months: list[pd.DataFrame], space: Space) -> Result:
        candidate = replace(unfitted, estimator=unfitted.estimator.fit(features))
        model = candidate.estimator
        figures = partition_figures(model, features, space)
        figures |= bootstrap_ari(model, features, self.configuration)
        figures |= monthly_ari(model, months, self.configuration)
        return Result(candidate, figures, model.positions(features))

    def _months(self, snapshots: Snapshots, wanted: tuple[str, ...]) -> list[pd.DataFrame]:
        """Features of the customers at the newest training dates with enough of them, oldest first."""
        months = []
        for day in snapshots.training_dates[-self.configuration.stability.month_count :]:
            rows = self._customers(snapshots.training[snapshots.training["as_of_date"] == pd.Timestamp(day)])
            if len(rows) >= self.configuration.minimum_customer_count:
                months.append(model_frame(rows, wanted).set_axis(rows["customer_id"], axis=0))
        return months

    def _agreement(
        self, chosen: Result, champion: SegmentModel, features: pd.DataFrame, former: dict[str, float]
    ) -> dict[str, float]:
        agreement = adjusted_rand_score(champion.positions(features), chosen.prediction)
        return {f"champion_{name}": value for name, value in former.items()} | {
            "champion_agreement_ari": float(agreement)
        }

    def _pictures(self, result: Result, features: pd.DataFrame, evidence: pd.DataFrame, choice: Choice) -> dict:
        from ml.evaluation import plots
        from ml.jobs.segmentation.plots import evidence_by_method, segment_profiles

        model = result.candidate.estimator
        profiles = segment_profiles(features, model.predict(features))
        names = {int(number): name for number, name in model.segment_names_.items()}
        shares = profiles.pop("share").to_dict()
        return {
            "segment_profiles": plots.segment_profiles(profiles, names, shares),
            "methods_and_numbers": evidence_by_method(evidence, choice.name),
        }

    def scores(self, estimator: SegmentModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        segment = estimator.predict(features)
        distance, is_untypical = estimator.typicality(features)
        return pd.DataFrame(
            {
                "segment_id": segment,
                "segment_name": estimator.names(segment),
                "distance_to_center": distance,
                "is_untypical": is_untypical,
                "is_name_true": estimator.name_is_true(features),
            },
            index=rows.index,
        )

    def unscored(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rules group whom no model does: those who lapsed, and those without a purchase, who have no features."""
        naming, has_bought = self.configuration.naming, "is_eligible" in rows
        is_grouped = ~rows["is_eligible"].astype(bool) if has_bought else pd.Series(True, index=rows.index)
        number, name = (_LAPSED, naming.lapsed) if has_bought else (_WITHOUT_PURCHASE, naming.without_purchase)
        grouped = pd.DataFrame({"segment_id": number, "segment_name": name, "is_name_true": True}, index=rows.index)
        return grouped[is_grouped].reindex(rows.index)

    def changed_values(self, estimator: SegmentModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """The values that the segments' own scaling caps (ml/estimators/segments/scaling.py)."""
        own = features[list(estimator.columns)]
        return value_changes(own, estimator.capped(own), dict.fromkeys(estimator.columns, "median")).assign(
            score_column=self.score_column
        )
