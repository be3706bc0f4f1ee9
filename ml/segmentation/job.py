"""Segmentation as a job: candidates by number of segments, the choice, names and scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from ml.competition import Candidate, Check, Competition, Decision, Refused, Result
from ml.configuration import PromotionConfiguration, SegmentationConfiguration, load_configuration
from ml.features import model_frame, usable_columns
from ml.job import Job
from ml.preprocessing import SignedLog
from ml.segmentation.matching import matched_ids
from ml.segmentation.model import GridSegments, KMeansSegments, SegmentModel
from ml.segmentation.naming import PROFILE_COLUMNS, name_segments, segment_profiles
from ml.segmentation.selection import Choice, choose_segment_count, segment_metrics, stability_ari
from ml.snapshots import Snapshots, eligible

_BASELINE = "recency_value_grid"
_METRIC = "silhouette"
# One feature alone is a ranking, not a kind of customer.
_FEWEST_COLUMNS = 2


class SegmentationJob(Job):
    """Kinds of customers, for those eligible at the as-of date. No labels, hence no temporal holdout."""

    name = "segmentation"
    model_name = "crm_segmentation"
    score_table = "customer_segments"

    def __init__(self, configuration: SegmentationConfiguration | None = None) -> None:
        self.configuration = configuration or load_configuration(SegmentationConfiguration, "segmentation")
        self.gate = load_configuration(PromotionConfiguration, "promotion").segmentation
        self.retrain_after_days = self.configuration.retrain_after_days
        self.random_seed = self.configuration.random_seed

    def check(self, snapshots: Snapshots) -> None:
        customers = eligible(snapshots.scoring)
        minimum = self.configuration.minimum_customer_count
        if len(customers) < minimum:
            raise Refused(
                f"Only {len(customers)} eligible customers as of {snapshots.as_of_date}; {minimum} are needed."
            )
        columns = self._varying_columns(snapshots)
        if len(columns) < _FEWEST_COLUMNS:
            raise Refused(
                "Customers differ in fewer than two of the features "
                f"{', '.join(self.configuration.columns)}: there are no kinds to find."
            )
        distinct = len(model_frame(customers, columns).drop_duplicates())
        if distinct < self.configuration.serving_from + 1:
            raise Refused(f"Customers show only {distinct} different behaviours: too few to group.")

    def input_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        varying = self._varying_columns(snapshots)
        return varying + tuple(name for name in PROFILE_COLUMNS if name not in varying)

    def _varying_columns(self, snapshots: Snapshots) -> tuple[str, ...]:
        features = model_frame(eligible(snapshots.scoring), self.configuration.columns)
        logs = pd.DataFrame(SignedLog().fit_transform(features), columns=features.columns)
        spread = logs.std(ddof=0)
        return tuple(n for n in usable_columns(features)[0] if spread[n] >= self.configuration.minimum_log_spread)

    def compete(self, snapshots: Snapshots, champion: SegmentModel | None) -> Competition:
        customers = eligible(snapshots.scoring)
        columns = self._varying_columns(snapshots)
        features = model_frame(customers, self.input_columns(snapshots))
        results = self._results(features, columns)
        evidence = pd.DataFrame({int(r.metrics["segment_count"]): r.metrics for r in results[1:]}).T
        choice = choose_segment_count(evidence, self.configuration)
        chosen = next(r for r in results[1:] if r.metrics["segment_count"] == choice.segment_count)
        former = None if champion is None else segment_metrics(champion, features, self.configuration)
        decision = self._decide(choice, chosen, results[0], former)
        notes = {} if champion is None else self._agreement(chosen, champion, features, former)
        for result in results:
            self._label(result.candidate.estimator, features, champion)
        return Competition(
            results=tuple(results),
            failures={},
            decision=decision,
            columns=tuple(features.columns),
            dropped_columns={n: "hardly differs" for n in self.configuration.columns if n not in columns},
            example=features.tail(5).reset_index(drop=True),
            figures={r.name: self._figures(r, features, evidence, choice) for r in (chosen, results[0])},
            champion_metrics=notes,
        )

    def _results(self, features: pd.DataFrame, columns: tuple[str, ...]) -> list[Result]:
        configuration = self.configuration
        candidates = [Candidate(_BASELINE, True, GridSegments(columns).fit(features), {"segment_count": 4})]
        largest = min(configuration.largest_segment_count, len(features[list(columns)].drop_duplicates()) - 1)
        for count in range(configuration.smallest_segment_count, largest + 1):
            model = KMeansSegments(columns, count, configuration.start_count, configuration.random_seed)
            parameters = {"segment_count": count, "start_count": configuration.start_count}
            candidates.append(Candidate(f"k_means_{count}", False, model.fit(features), parameters))
        results = []
        for candidate in candidates:
            figures = segment_metrics(candidate.estimator, features, configuration)
            figures["stability_ari"] = stability_ari(candidate.estimator, features, configuration)
            results.append(Result(candidate, figures, candidate.estimator.positions(features)))
        return results

    def _label(self, model: SegmentModel, features: pd.DataFrame, champion: SegmentModel | None) -> None:
        """Ids as in the champion where segments correspond, otherwise by value; names from the profiles."""
        ids = None if champion is None else matched_ids(model, champion)
        if ids is None:
            spend = features["net_amount"].groupby(model.positions(features)).mean()
            spend = spend.reindex(range(len(model.centers_)), fill_value=-np.inf)
            ids = (-spend).rank(method="first").astype(int).to_numpy()
        model.segment_ids_ = ids
        names = name_segments(segment_profiles(features, model.predict(features)))
        model.segment_names_ = {str(i): names.get(int(i), f"Segment {i}") for i in ids}

    def _decide(self, choice: Choice, chosen: Result, baseline: Result, former: dict | None) -> Decision:
        value, rule = chosen.metrics[_METRIC], baseline.metrics[_METRIC]
        checks = [
            Check("sound number of segments", choice.is_sound, choice.reason),
            Check(
                "tells customers apart better than the rule",
                value > rule,
                f"silhouette {value:.3f} against {rule:.3f} of {baseline.name}",
            ),
        ]
        if former is not None:
            loss = former[_METRIC] - value
            checks.append(
                Check(
                    "no worse than the champion",
                    not loss > self.gate.maximum_silhouette_loss,
                    f"silhouette {value:.3f} against {former[_METRIC]:.3f} of the champion, today's customers",
                )
            )
        passed = all(check.passed for check in checks)
        verdict = "promoted" if passed else "baseline_serves" if former is None else "champion_kept"
        serving = {"promoted": chosen.name, "baseline_serves": baseline.name, "champion_kept": None}[verdict]
        failed = "; ".join(check.detail for check in checks if not check.passed)
        reason = "; ".join(c.detail for c in checks) if passed else f"{chosen.name} fails: {failed}"
        return Decision(
            verdict=verdict,
            reason=f"{reason}.",
            serving=serving,
            contender=chosen.name,
            baseline=baseline.name,
            metric_name=_METRIC,
            metric_value=value,
            baseline_value=rule,
            champion_value=None if former is None else former[_METRIC],
            checks=tuple(checks),
        )

    def _agreement(
        self, chosen: Result, champion: SegmentModel, features: pd.DataFrame, former: dict[str, float]
    ) -> dict[str, float]:
        agreement = adjusted_rand_score(champion.positions(features), chosen.prediction)
        return {f"champion_{name}": value for name, value in former.items()} | {
            "champion_agreement_ari": float(agreement)
        }

    def _figures(self, result: Result, features: pd.DataFrame, evidence: pd.DataFrame, choice: Choice) -> dict:
        from ml.evaluation import plots

        model = result.candidate.estimator
        profiles = segment_profiles(features, model.predict(features))
        names = {int(number): name for number, name in model.segment_names_.items()}
        shares = profiles.pop("share").to_dict()
        return {
            "segment_profiles": plots.segment_profiles(profiles, names, shares),
            "number_of_segments": plots.segment_count_evidence(evidence, choice.segment_count),
        }

    def scores(self, estimator: SegmentModel, features: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        segment = estimator.predict(features)
        return pd.DataFrame(
            {
                "segment_id": segment,
                "segment_name": estimator.names(segment),
                "distance_to_center": estimator.distance_to_center(features),
            },
            index=rows.index,
        )
