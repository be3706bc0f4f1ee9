"""Whom a contact changes: learned from campaigns that held a group back by lot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.competition.results import Refused
from ml.data.campaign_rows import CampaignRows, read_campaign_rows
from ml.data.consents import may_be_contacted
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Choice
from ml.jobs.uplift.competition import choice_of, predict, serving
from ml.jobs.uplift.configuration import UpliftConfiguration, configuration
from ml.jobs.uplift.folds import folds, offers
from ml.jobs.uplift.policy import PolicyReport, policy_report, values_and_cost
from ml.jobs.uplift.report import curves, fold_figures

BUYING, VISITING = "has_bought", "has_visited"
_DECILES = 10


@dataclass(frozen=True)
class Offer:
    """What was found of one offer: choices, documents, and the uplift of today's customers.

    Attributes
    ----------
    uplift, visits
        Expected change of the probability to buy and to visit, shape (n_customers,); visits missing without any.
    value
        What it leaves if a customer buys in the window, in the reporting currency, shape (n_customers,).
    cost
        Of a contact, in the reporting currency.
    """

    choices: tuple[Choice, ...]
    documents: dict[str, object]
    uplift: NDArray
    visits: NDArray
    value: NDArray
    cost: float
    window_days: int
    policy: PolicyReport

    @property
    def profit(self) -> NDArray:
        """Expected profit of contacting each of today's customers, in the reporting currency, shape (n_customers,)."""
        return self.uplift * self.value - self.cost


class UpliftJob(BatchJob):
    """Expected effect of a contact on each customer."""

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        data, settings = read_campaign_rows(connection, as_of_date), configuration()
        if data.past.empty:
            raise Refused(
                f"No campaign that was over before {as_of_date} held back a control group large enough: what a contact "
                "changes cannot be told from those who were contacted alone."
            )
        found = {name: _offer(name, rows, data, settings) for name, rows in offers(data.past)}
        learned = {name: offer for name, offer in found.items() if offer is not None}
        if not learned:
            limits = settings.limits
            raise Refused(
                "The campaigns with a control group that are over have too few customers or responses: at least "
                f"{limits.minimum_row_count} customers and {limits.minimum_response_count} buyers in each group are "
                "needed to learn from, before those to measure on."
            )
        rows = _rows(learned, data.now, may_be_contacted(connection, as_of_date))
        return Results(rows, _figures(learned), _documents(learned), _choices(learned))


def _offer(name: str, rows: pd.DataFrame, data: CampaignRows, settings: UpliftConfiguration) -> Offer | None:
    choices: list[Choice] = []
    documents: dict[str, object] = {}
    uplift: dict[str, NDArray] = {}
    policy = None
    for outcome in (BUYING, VISITING):
        found = folds(rows, outcome, settings)
        if not found:
            continue
        predicted = predict(data, rows, outcome, found, settings)
        about = name if outcome == BUYING else f"{name}, visits"
        choice = choice_of(predicted, outcome, about, settings)
        chosen = choice.serving or choice.baseline
        change, now = serving(chosen, data, rows, outcome, settings)
        uplift[outcome] = np.clip(change(now), -1, 1)
        choices.append(choice)
        documents[f"{about}.json"] = fold_figures(predicted, choice, outcome, settings)
        if outcome == BUYING:
            policy = policy_report(predicted, rows, chosen, settings)
            documents[f"{about} curves.png"] = curves(predicted, choice, outcome, name)
            documents[f"{about} policy.json"] = policy.document
    if policy is None:
        return None
    value, cost = values_and_cost(rows, data.now, settings)
    days = round(float((rows["window_end_at"] - rows["known_at"]).dt.total_seconds().mean()) / 86_400)
    unknown = np.full(len(data.now), np.nan)
    return Offer(tuple(choices), documents, uplift[BUYING], uplift.get(VISITING, unknown), value, cost, days, policy)


def _rows(learned: dict[str, Offer], now: pd.DataFrame, consents: pd.Series) -> pd.DataFrame:
    """Each customer with the offer of the highest expected profit, the best customers first in rank."""
    names, found = list(learned), list(learned.values())
    best = np.argmax([offer.profit for offer in found], axis=0)

    def of_best(field: str) -> NDArray:
        return np.choose(best, [getattr(offer, field) for offer in found])

    profit, uplift, allowed = of_best("profit"), of_best("uplift"), now["customer_id"].map(consents).fillna(False)
    rows = pd.DataFrame(
        {
            "customer_id": now["customer_id"],
            "offer": np.array(names, dtype=object)[best],
            "uplift_probability": uplift,
            "visit_uplift_probability": of_best("visits"),
            "uplift_amount": (uplift * of_best("value")).round(2),
            "contact_cost_amount": np.array([offer.cost for offer in found])[best].round(4),
            "expected_profit_amount": profit.round(2),
            "is_worth_contacting": profit > 0,
            "may_be_contacted": allowed.astype(bool),
            "should_treat": (profit > 0) & allowed.astype(bool),
            "horizon_days": np.array([offer.window_days for offer in found])[best],
        }
    )
    order = np.lexsort((rows["customer_id"], -uplift, -profit))
    rank = np.empty(len(rows), dtype=int)
    rank[order] = np.arange(1, len(rows) + 1)
    return rows.assign(uplift_rank=rank, uplift_decile=(rank - 1) * _DECILES // max(len(rows), 1) + 1)


def _figures(learned: dict[str, Offer]) -> dict[str, float]:
    """Means over the offers, of who serves."""
    serving_figures = []
    for offer in learned.values():
        choice = offer.choices[0]
        policy = dict(zip(("", "_lower", "_upper"), offer.policy.profits["contact_those_who_pay"], strict=True))
        serving_figures.append(
            dict(choice.contender(choice.serving or choice.baseline).figures)
            | {f"policy_profit_amount{end}": value for end, value in policy.items()}
            | {"contacted_share": offer.policy.contacted_share}
        )
    return {name: float(np.mean([one[name] for one in serving_figures])) for name in serving_figures[0]}


def _documents(learned: dict[str, Offer]) -> dict[str, object]:
    return {name: document for offer in learned.values() for name, document in offer.documents.items()}


def _choices(learned: dict[str, Offer]) -> tuple[Choice, ...]:
    return tuple(choice for offer in learned.values() for choice in offer.choices)
