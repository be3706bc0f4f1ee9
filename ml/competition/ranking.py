"""Models, rules and the champion on the same rows: all models go through the gate, and the best that passes serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ml.competition.gate import Comparison, Competitor, conclude, model_checks, soundness_checks
from ml.competition.results import Check, Decision, Result
from ml.competition.thresholds import SupervisedGate
from ml.evaluation.bootstrap import Interval, PairedDraws, Resamples


@dataclass(frozen=True)
class Ranking:
    """How results are ranked and compared.

    Attributes
    ----------
    metric
        The primary metric; higher is better.
    error
        Name of the error that chooses among models between which the primary metric shows no significant difference.
    """

    metric: str
    error: str
    resamples: Resamples

    def difference(self, first: Result, second: Result) -> Interval:
        """Paired bootstrap interval of the metric of the first minus that of the second."""
        draws = PairedDraws(first.compared_by.unit_count, self.resamples)
        return draws.difference(first.compared_by.rank, second.compared_by.rank)

    def contest(
        self, gate: SupervisedGate, results: Sequence[Result], former: Result | None, *, has_champion: bool
    ) -> Contest:
        """Compare every model with the rules and the champion.

        Parameters
        ----------
        results
            Models and at least one rule.
        former
            Of the results, that of the champion's recipe; None where it could not be fitted (the champion then keeps
            serving if no model passes), or where there is no champion.
        """
        draws = PairedDraws(results[0].compared_by.unit_count, self.resamples)
        rules = self._ranked(result for result in results if result.candidate.is_baseline)
        models = self._ranked(result for result in results if not result.candidate.is_baseline)
        champion = _competitor(former) if former else Competitor("champion", {}) if has_champion else None
        sound = {rule.name: soundness_checks(gate, _competitor(rule)) for rule in rules}
        baseline = next((rule for rule in rules if _all_pass(sound[rule.name])), rules[0])

        def comparison(model: Result | None) -> Comparison:
            rank = model.compared_by.rank if model else None
            error = model.compared_by.error if model else None
            other = former.compared_by if former and former is not model else None
            return Comparison(
                metric=self.metric,
                baseline=_competitor(baseline),
                contender=_competitor(model) if model else None,
                champion=champion,
                first=_competitor(models[0]) if models else None,
                contender_over_baseline=draws.difference(rank, baseline.compared_by.rank) if rank else None,
                contender_over_champion=draws.difference(rank, other.rank) if rank and other else None,
                champion_over_baseline=(
                    draws.difference(former.compared_by.rank, baseline.compared_by.rank) if former else None
                ),
                error=self.error,
                contender_error_over_champion=(draws.difference(error, other.error) if error and other else None),
            )

        compared = [(model, comparison(model)) for model in models]
        entries = [_Entry(model, one, model_checks(gate, one)) for model, one in compared]
        if not any(entry.passes for entry in entries):
            entries = [_Entry(model, one, model_checks(gate, one, is_lenient=True)) for model, one in compared]
        return Contest(self, draws, entries, comparison(None), rules[0], baseline, sound)

    def _ranked(self, results: Iterable[Result]) -> list[Result]:
        """Best first; equals in their own order."""
        return sorted(results, key=lambda result: -result.metrics[self.metric])


@dataclass(frozen=True)
class _Entry:
    """A model, its comparison, and its checks."""

    model: Result
    comparison: Comparison
    checks: tuple[Check, ...]

    @property
    def passes(self) -> bool:
        return _all_pass(self.checks)


@dataclass(frozen=True)
class Contest:
    """Every model and rule of a training, compared.

    Attributes
    ----------
    entries
        The models, the best rank first.
    first_rule
        The rule with the best primary metric.
    baseline
        The best of the rules that are sound; the first where none is. It serves where no model does.
    """

    ranking: Ranking
    draws: PairedDraws
    entries: Sequence[_Entry]
    without_model: Comparison
    first_rule: Result
    baseline: Result
    checks_of_rules: dict[str, tuple[Check, ...]]

    @property
    def contender(self) -> Result | None:
        """The model that passes the gate, or that would if no check failed; None without models."""
        return chosen.model if (chosen := self._chosen()) else None

    @property
    def gains(self) -> dict[str, Interval]:
        """Of each model, its primary metric minus that of the baseline, with the interval."""
        compared = {entry.model.name: entry.comparison.contender_over_baseline for entry in self.entries}
        return {name: gain for name, gain in compared.items() if gain is not None}

    def decision(self) -> Decision:
        """Who serves, with the reasons for the choice."""
        chosen = self._chosen()
        if chosen is None:
            return conclude(self.without_model, (), on_rules=self._about_rules())
        about_models = " ".join(filter(None, (self._why(chosen), self._failures(chosen))))
        return conclude(chosen.comparison, chosen.checks, on_models=about_models, on_rules=self._about_rules())

    def _chosen(self) -> _Entry | None:
        """Of the models that pass, or of all where none does, and not significantly worse than the best of them in the
        primary metric, the one with the lowest error.
        """
        entries = self._eligible()
        return min(self._alike(entries), key=lambda entry: self._error(entry.model)) if entries else None

    def _eligible(self) -> Sequence[_Entry]:
        return [entry for entry in self.entries if entry.passes] or self.entries

    def _alike(self, entries: Sequence[_Entry]) -> list[_Entry]:
        """The first, and those from which it cannot be told."""
        first = entries[0].model.compared_by.rank
        return [
            entry
            for place, entry in enumerate(entries)
            if not place or self.draws.difference(first, entry.model.compared_by.rank).lower <= 0
        ]

    def _error(self, model: Result) -> float:
        return self.draws.estimate(model.compared_by.error)

    def _why(self, chosen: _Entry) -> str:
        """Why the chosen model and no other that passes."""
        entries = self._eligible()
        if not chosen.passes or len(entries) == 1:
            return ""
        metric, alike = self.ranking.metric, sorted(self._alike(entries), key=lambda entry: self._error(entry.model))
        first = entries[0].model
        best = f"{first.name} ranks first of the {len(entries)} models that pass ({metric} {first.metrics[metric]:.4f})"
        if len(alike) == 1:
            return f"{best}, significantly before the others."
        second = alike[1].model
        return (
            f"{best}; {len(alike) - 1} cannot be told from it, and of these {chosen.model.name} has the lowest "
            f"{self.ranking.error}: {self._error(chosen.model):.4f}, then {second.name} with {self._error(second):.4f}."
        )

    def _failures(self, chosen: _Entry) -> str:
        """The checks that the other models failed."""
        failed = [
            f"{entry.model.name} ({', '.join(check.name for check in entry.checks if not check.passed)})"
            for entry in self.entries
            if entry is not chosen and not entry.passes
        ]
        return f"Not passed: {'; '.join(failed)}." if failed else ""

    def _about_rules(self) -> str:
        """What is wrong with the rule that would rank better than the baseline, or with all."""
        failed = {
            name: [f"{check.name}: {check.detail}" for check in checks if not check.passed]
            for name, checks in self.checks_of_rules.items()
        }
        if failed[self.baseline.name]:
            return f"No rule is sound either; the best has: {'; '.join(failed[self.baseline.name])}."
        if self.first_rule is not self.baseline:
            return f"{self.first_rule.name} ranks better, and fails: {'; '.join(failed[self.first_rule.name])}."
        return ""


def _all_pass(checks: Iterable[Check]) -> bool:
    return all(check.passed for check in checks)


def _competitor(result: Result) -> Competitor:
    return Competitor(result.name, result.metrics)
