"""Contributions: they add up, they do not depend on the order of rows, and they know the direction."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from skops.io import dump

import ml.estimators
from ml.configuration import load_configuration
from ml.contributions import general, trees
from ml.contributions.background import Background
from ml.contributions.histories import possible
from ml.contributions.pipelines import contributions_of
from ml.contributions.preparation import feature_of_prepared
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders, shapley_values
from ml.contributions.typical import has_middle, typical_customer, typical_row
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.preprocessing import linear_preprocessor, tree_preprocessor
from ml.data.snapshots import Snapshots
from ml.estimators.base import Served
from ml.estimators.baselines import (
    HiatusChurnRule,
    HiatusSpend,
    LastPeriodSpend,
    LevelledSpend,
    OrderCountChurnRule,
    RecencyChurnRule,
    StatusQuoSpend,
)
from ml.estimators.blend import BlendedAmount, BlendedClassifier
from ml.estimators.boosting import boosted_regressor
from ml.estimators.calibration import CalibratedByCustomer
from ml.estimators.classifiers import make_classifier
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.lifetime_value import LifetimeValueModel
from ml.estimators.parameters import BoostingParameters
from ml.estimators.purchase_forecast import PurchaseChurnModel, PurchaseSpendModel
from ml.estimators.season import ScaledAmount, ShiftedClassifier
from ml.estimators.tweedie import TweedieSpendModel
from ml.estimators.two_stage import TwoStageSpendModel
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.reasons import reason_columns, worded
from ml.explanations.wording import Sentences
from ml.lifecycle.side_by_side import each_side_by_side
from ml.tracking.serialisation import load_model_file
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import HORIZON_DAYS
from warehouse.jobs.spec import Directions
from warehouse.tables.features import declared_features

COLUMNS = (
    "days_since_last_order",
    "tenure_days",
    "first_to_last_order_days",
    "order_count",
    "repeat_order_count",
    "mean_order_gap_days",
    "order_gap_ratio",
    "mean_repeat_order_amount",
    "net_amount",
    "net_amount_90d",
    "net_amount_365d",
    "order_count_365d",
    "country",
)
BOOSTING = BoostingParameters(learning_rate=0.1, tree_count=30, leaf_count=6, minimum_leaf_rows=20, l2_penalty=1.0)
RECENCY = "days_since_last_order"

RISK = Directions(raises="raises risk:", lowers="lowers risk:", higher_means="leaving")


def pipelines() -> dict[str, Pipeline]:
    makers = {
        "gradient_boosting": None,
        "decision_tree": (tree_preprocessor, DecisionTreeClassifier(max_depth=4, random_state=0)),
        "random_forest": (tree_preprocessor, RandomForestClassifier(10, max_depth=4, random_state=0)),
        "logistic_regression": (linear_preprocessor, LogisticRegression(C=0.1, max_iter=500)),
        "linear_svm": (linear_preprocessor, LinearSVC(C=0.01, dual=False)),
        "neural_network": (linear_preprocessor, MLPClassifier((4,), max_iter=30, random_state=0)),
    }
    return {
        name: make_classifier("gradient_boosting", COLUMNS, BOOSTING, 0)
        if made is None
        else Pipeline([("prepare", made[0](COLUMNS)), ("classify", made[1])])
        for name, made in makers.items()
    }


@pytest.fixture(scope="module")
def rows(snapshots: Snapshots) -> pd.DataFrame:
    return eligible(snapshots.training)


@pytest.fixture(scope="module")
def features(snapshots: Snapshots) -> pd.DataFrame:
    return model_frame(eligible(snapshots.scoring).head(150), COLUMNS)


@pytest.fixture(scope="module")
def models(rows: pd.DataFrame) -> dict[str, object]:
    """One of every kind that can serve churn or lifetime value."""
    frame, churned = model_frame(rows, COLUMNS), rows["is_churned"].to_numpy(dtype=float)
    spend, customers = rows["future_net_amount"].to_numpy(dtype=float), rows["customer_id"]
    found: dict[str, object] = {"recency_rule": RecencyChurnRule().fit(frame, churned)}
    found["hiatus_rule"] = HiatusChurnRule().fit(frame, churned)
    found["purchase_churn"] = PurchaseChurnModel(HORIZON_DAYS).fit(frame)
    for name, pipeline in pipelines().items():
        found[name] = CalibratedByCustomer(pipeline, fold_count=2).fit(frame, churned, customers)
    found["isotonic"] = CalibratedByCustomer(pipelines()["gradient_boosting"], "isotonic", 2)
    found["isotonic"].fit(frame, churned, customers)
    found["status_quo"] = StatusQuoSpend(HORIZON_DAYS).fit(frame)
    found["last_90_days"] = LastPeriodSpend(HORIZON_DAYS).fit(frame)
    found["purchase_spend"] = PurchaseSpendModel(HORIZON_DAYS).fit(frame)
    found["all_orders"] = PurchaseSpendModel(HORIZON_DAYS, counts_first_order=True).fit(frame)
    stages = make_classifier("gradient_boosting", COLUMNS, BOOSTING, 0), boosted_regressor(COLUMNS, BOOSTING, 0)
    found["two_stage"] = TwoStageSpendModel(*stages, fold_count=2).fit(frame, spend, customers)
    found["blend"] = BlendedAmount(found["purchase_spend"], found["two_stage"])
    found["poisson"] = boosted_regressor(COLUMNS, BOOSTING, 0, loss="poisson").fit(frame, np.maximum(spend, 0))
    found["tweedie"] = TweedieSpendModel(boosted_regressor(COLUMNS, BOOSTING, 0, loss="poisson"), fold_count=2)
    found["tweedie"].fit(frame, spend, customers)
    found["order_count_rule"] = OrderCountChurnRule().fit(frame, churned)
    found["hiatus_spend"] = HiatusSpend(HORIZON_DAYS).fit(frame, spend)
    found["levelled"] = LevelledSpend(StatusQuoSpend(HORIZON_DAYS)).fit(frame, spend)
    found["blended_churn"] = BlendedClassifier(found["purchase_churn"], found["gradient_boosting"])
    found["churn_in_season"] = ShiftedClassifier(found["blended_churn"], 0.3)
    found["spend_in_season"] = ScaledAmount(found["blend"], 1.2)
    found["lifetime_value"] = LifetimeValueModel(found["spend_in_season"], SimilarPredictionInterval())
    return found


METHODS = {
    "recency_rule": "shapley",
    "hiatus_rule": "shapley",
    "purchase_churn": "shapley",
    "gradient_boosting": "tree",
    "decision_tree": "tree",
    "random_forest": "tree",
    "logistic_regression": "linear",
    "linear_svm": "linear",
    "neural_network": "shapley",
    "isotonic": "tree",
    "status_quo": "shapley",
    "last_90_days": "shapley",
    "purchase_spend": "shapley",
    "all_orders": "shapley",
    "two_stage": "two_stage",
    "blend": "blend",
    "poisson": "tree",
    "tweedie": "tree",
    "order_count_rule": "shapley",
    "hiatus_spend": "shapley",
    "levelled": "shapley",
    "blended_churn": "blend",
    "churn_in_season": "blend",
    "spend_in_season": "blend",
    "lifetime_value": "blend",
}


def explain(model: object, features: pd.DataFrame, background: pd.DataFrame | None = None) -> Contributions:
    return contributions_of(model, features, features if background is None else background, Orders(1, seed=1))


@pytest.fixture(scope="module")
def explained(models: dict[str, object], features: pd.DataFrame) -> Callable[[str], Contributions]:
    """What `explain` says of the features, by the model's name; read only, please."""
    return cache(lambda name: explain(models[name], features))


@pytest.mark.parametrize("name", METHODS)
def test_parts_add_up_to_the_served_score(explained, models, features: pd.DataFrame, name: str):
    found = explained(name)
    assert found.method == METHODS[name]
    served = served_score(models[name], features)
    assert np.allclose(found.base + found.values.sum(axis=1), served, atol=1e-8)
    assert np.allclose(found.score, served, atol=1e-8)
    assert found.values.abs().to_numpy().max() > 0


def test_every_estimator_that_may_serve_customers_is_among_them(models):
    """A new one comes with its reasons: its class is used in `models`, and what is said of all there holds of it."""
    for module in walk_packages(ml.estimators.__path__, "ml.estimators."):
        import_module(module.name)
    known = {kind.__name__ for kind in _below(Served) if kind.__module__.startswith("ml.estimators.")}
    bases = {"ServedClassifier", "OutOfFoldRegressor", "_MonotoneChurnRule"}
    of_contracts = {"ContractChurnModel"}  # tests/ml/contract_churn/test_contract_explanations.py
    assert known - bases - of_contracts == {type(model).__name__ for model in models.values()} & known


def _below(kind: type) -> set[type]:
    return {kind}.union(*(_below(one) for one in kind.__subclasses__())) - {Served}


@pytest.mark.parametrize("name", ["gradient_boosting", "two_stage", "purchase_spend", "hiatus_rule"])
def test_a_stored_model_gives_the_same_parts(explained, models, features: pd.DataFrame, name: str, tmp_path: Path):
    """Attributes are stored, methods come with the code: so models registered before have them, too."""
    dump(models[name], tmp_path / "model.skops")
    stored = load_model_file(tmp_path / "model.skops")
    pd.testing.assert_frame_equal(explain(stored, features).values, explained(name).values)


@pytest.mark.parametrize("name", METHODS)
def test_the_order_of_rows_is_no_matter_and_again_is_the_same(explained, models, features: pd.DataFrame, name: str):
    found = explained(name).values
    pd.testing.assert_frame_equal(found, explain(models[name], features).values)
    order = np.random.default_rng(3).permutation(len(features))
    shuffled = features.iloc[order].reset_index(drop=True)
    again = explain(models[name], shuffled).values
    assert np.allclose(again.to_numpy(), found.to_numpy()[order], atol=1e-10)


@pytest.fixture(scope="module")
def odd(features: pd.DataFrame) -> pd.DataFrame:
    """Customers as nobody was in training: of one order, an unknown country, little that is known, vast amounts."""
    few = features.head(4).copy()
    few.loc[0, ["repeat_order_count", "first_to_last_order_days", "order_count_365d", "net_amount"]] = [0, 0, 0, -20]
    few.loc[0, ["mean_order_gap_days", "order_gap_ratio", "mean_repeat_order_amount"]] = np.nan
    few.loc[1, "country"] = "Atlantis"
    few.loc[2, ["mean_order_gap_days", "order_gap_ratio", "order_count"]] = np.nan
    few.loc[3, ["net_amount", "net_amount_90d", "net_amount_365d", "mean_repeat_order_amount"]] = 1e9
    return few


@pytest.mark.parametrize("name", METHODS)
def test_a_few_are_scored_and_explained_alone_or_together_as_by_the_general_way(
    models, features: pd.DataFrame, odd: pd.DataFrame, name: str, monkeypatch
):
    """To float rounding: sums over one row may be rounded in another place than those over many."""
    with monkeypatch.context() as without_stacking:
        without_stacking.setattr(general, "FEW_ROWS", 0)
        wanted, score = explain(models[name], odd, features), served_score(models[name], odd)
    others = Background(features)
    for rows in ([0, 1, 2, 3], [0], [3]):
        few = Background(odd.iloc[rows].reset_index(drop=True))
        found = explain(models[name], few, others)
        np.testing.assert_allclose(served_score(models[name], few), score[rows], rtol=1e-12)
        np.testing.assert_allclose(found.values, wanted.values.iloc[rows], rtol=1e-9, atol=1e-9)
        assert found.base == pytest.approx(wanted.base, rel=1e-12)


def test_large_shops_leave_exactness_for_large_forests_only(models, features: pd.DataFrame, monkeypatch):
    monkeypatch.setattr(trees, "_MOST_STEPS", 0)
    monkeypatch.setattr(trees, "_QUICK_STEPS_PER_ROW", 100_000)
    monkeypatch.setattr(trees, "_ROWS_AT_A_TIME", 50)
    assert explain(models["two_stage"], features).method == "two_stage"
    monkeypatch.setattr(trees, "_QUICK_STEPS_PER_ROW", 0)
    assert explain(models["random_forest"], features).method == "shapley"


def test_linear_parts_are_those_of_shap(models, features: pd.DataFrame):
    import shap

    model = models["logistic_regression"]
    prepared, typical = (model.classifier_[:-1].transform(some) for some in (features, typical_row(features)))
    owner = feature_of_prepared(model.classifier_[:-1].get_feature_names_out(), features.columns)
    reference = np.where(has_middle(features)[owner], typical, prepared.mean(axis=0))
    explainer = shap.LinearExplainer(model.classifier_[-1], shap.maskers.Independent(reference))
    raw = np.zeros(features.shape)
    for column, feature in enumerate(owner):
        raw[:, feature] += explainer.shap_values(prepared)[:, column]
    assert np.allclose(explain(model, features).values, raw * model.map_.coef_[0, 0], atol=1e-8)


def test_tree_parts_are_those_of_shap_from_the_typical_customer_on(models, features: pd.DataFrame):
    import shap

    model = models["gradient_boosting"]
    prepared, typical = (model.classifier_[:-1].transform(some) for some in (features, typical_row(features)))
    explainer = shap.TreeExplainer(model.classifier_[-1])
    column = list(model.classifier_[:-1].get_feature_names_out()).index(RECENCY)
    apart = explainer.shap_values(prepared)[:, column] - explainer.shap_values(typical)[0, column]
    assert np.allclose(explain(model, features).values[RECENCY], apart * model.map_.coef_[0, 0], atol=1e-8)


@pytest.mark.parametrize("name", METHODS)
def test_the_typical_customer_is_what_all_methods_start_from(models, features: pd.DataFrame, name: str):
    """But for texts, which have no middle: trees and linear models start from the average of these."""
    found = explain(models[name], typical_row(features), features)
    assert np.allclose(found.values.drop(columns="country"), 0, atol=1e-8)
    if found.method == "shapley":
        assert np.allclose(found.values["country"], 0, atol=1e-8)


@pytest.mark.parametrize("name", ["recency_rule", "gradient_boosting", "logistic_regression", "purchase_churn"])
def test_who_stays_away_longer_is_told_so(models, features: pd.DataFrame, name: str):
    """Raise the days since the last order, all else as it was: the part of recency rises and becomes a reason."""
    active = features[(features["repeat_order_count"] > 1) & (features[RECENCY] < 40)].reset_index(drop=True)
    gone = active.assign(**{RECENCY: active[RECENCY] + 200, "tenure_days": active["tenure_days"] + 200})
    gone["order_gap_ratio"] = gone[RECENCY] / gone["mean_order_gap_days"]
    before, after = (explain(models[name], some, features) for some in (active, gone))
    assert (after.values[RECENCY] > before.values[RECENCY]).mean() > 0.95
    told = worded(after, gone, RISK)
    leads = [any(code["topic"] == "buying" for code in json.loads(codes)) for codes in told["reason_codes"]]
    assert np.mean(leads) > 0.9
    for row in np.flatnonzero(leads)[:5]:
        assert f"silent for {int(gone[RECENCY][row])} days" in told["reasons"][row]


def test_a_feature_that_plays_no_part_is_no_reason(models, features: pd.DataFrame):
    told = worded(explain(models["recency_rule"], features), features, RISK)
    codes = [code["feature"] for text in told["reason_codes"] for code in json.loads(text)]
    assert set(codes) == {RECENCY}


def test_words_and_codes_agree(explained, features: pd.DataFrame):
    contributions = explained("gradient_boosting")
    told = worded(contributions, features, RISK)
    for row, (reasons, codes) in enumerate(zip(told["reasons"], told["reason_codes"], strict=True)):
        parsed, sentences = json.loads(codes), reasons.split("; ")
        if not parsed:
            assert reasons in {"nothing stands out: like the typical customer", "no simple reason"}
            continue
        assert len(parsed) == len(sentences) <= 3
        assert len({code["topic"] for code in parsed}) == len(parsed)
        for code, sentence in zip(parsed, sentences, strict=True):
            assert sentence.startswith("raises risk: " if code["topic_contribution"] > 0 else "lowers risk: ")
            assert code["contribution"] == pytest.approx(contributions.values[code["feature"]][row], abs=1e-4)
        strength = [abs(code["topic_contribution"]) for code in parsed]
        assert strength == sorted(strength, reverse=True)
    assert (told["reason_codes"] != "[]").mean() > 0.8


def test_where_nothing_moves_the_score_that_is_said(features: pd.DataFrame):
    class Indifferent(RecencyChurnRule):
        def predict_proba(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
            return np.full((len(X), 2), 0.5)

    told = worded(explain(Indifferent(), features), features, RISK)
    assert set(told["reasons"]) == {"nothing stands out: like the typical customer"}
    assert set(told["reason_codes"]) == {"[]"}


def test_reasons_that_cannot_be_found_leave_the_scores_alone(features: pd.DataFrame, caplog):
    class Broken(RecencyChurnRule):
        def predict_proba(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
            raise ValueError("out of order")

    job = job_at("churn", HORIZON_DAYS)
    told = reason_columns(job, Broken(), features, features.index)
    assert told.isna().all().all()
    assert "out of order" in caplog.text


@pytest.mark.parametrize(
    ("job", "name"), [("churn", "blended_churn"), ("churn", "logistic_regression"), ("clv", "blend")]
)
def test_who_is_explained_in_blocks_is_told_the_same(models, features: pd.DataFrame, monkeypatch, job: str, name: str):
    def told(**options: object) -> pd.DataFrame:
        return reason_columns(job_at(job, HORIZON_DAYS), models[name], features, features.index, **options)

    whole, blocks = told(), []
    monkeypatch.setattr("ml.explanations.reasons._ROWS_AT_A_TIME", 40)
    pd.testing.assert_frame_equal(told(), whole)

    def each(function, asked):
        blocks.extend(asked)
        return each_side_by_side(function, asked, 2)

    pd.testing.assert_frame_equal(told(of_each=each), whole)
    assert len(blocks) == -(-len(features) // 40) > 2


def test_every_history_on_the_way_is_possible(features: pd.DataFrame):
    """Mixed with the typical customer's values, histories stay such as the purchase models take."""
    typical = typical_customer(features)
    same = possible(features, typical)
    for name in (RECENCY, "tenure_days", "first_to_last_order_days", "repeat_order_count"):
        assert np.allclose(same[name], features[name])
    for name in (RECENCY, "tenure_days", "repeat_order_count"):
        mixed = possible(features.assign(**{name: float(typical[name])}), typical)
        count, last = mixed["repeat_order_count"], mixed["first_to_last_order_days"]
        assert ((last > 0) == (count > 0)).all()
        assert (last <= mixed["tenure_days"]).all()


def test_shapley_values_of_a_known_game():
    """v(S) = 3·[a] + 4·[b and c]: a has 3, b and c share 4."""

    def value(masks: np.ndarray) -> np.ndarray:
        return np.array([[3.0 * mask[0] + 4.0 * (mask[1] and mask[2])] for mask in masks])

    for count in (3, 5):  # exact, and by orders with players who do nothing
        parts, base, score = shapley_values(value, count, Orders(pair_count=200, seed=0))
        assert (base[0], score[0]) == (0, 7)
        assert np.allclose(parts[0], [3, 2, 2, 0, 0][:count], atol=0.4 if count > 4 else 1e-12)
        assert parts.sum() == pytest.approx(7)


def test_sentences(features: pd.DataFrame):
    some = features.iloc[:2].assign(
        days_since_last_order=[87.0, 1.0],
        mean_order_gap_days=[21.0, np.nan],
        order_count_365d=[12.0, 1.0],
        country=["NL", "unknown"],
        has_active_subscription=[1.0, np.nan],
        mean_rating=[4.25, np.nan],
    )
    typical = {"days_since_last_order": 40.0, "order_count_365d": 4.0, "country": "BE", "mean_rating": np.nan}
    words = Sentences(load_configuration(ReasonsConfiguration, "reasons"), some, typical)
    both = np.array([0, 1])
    assert words.of("days_since_last_order", both).tolist() == [
        "no order for 87 days (usual gap 21)",
        "no order for 1 day (typical 40)",
    ]
    assert words.of("order_count_365d", both[::-1]).tolist() == [
        "1 order in the last year (typical 4)",
        "12 orders in the last year (typical 4)",
    ]
    assert words.of("country", both).tolist() == ["lives in NL (most in BE)", "country not known"]
    assert words.of("has_active_subscription", both[:1]).tolist() == ["an active subscription"]
    assert words.of("mean_rating", both).tolist() == ["mean rating 4.2", "no rating given"]
    assert words.of("mean_rating", both[:0]).tolist() == []


def test_a_feature_without_words_gets_generic_ones():
    frame = pd.DataFrame({"shoe_size": [43.0, np.nan]})
    words = Sentences(load_configuration(ReasonsConfiguration, "reasons"), frame, {"shoe_size": 41.0})
    assert words.of("shoe_size", np.array([0, 1])).tolist() == ["shoe size 43 (typical 41)", "shoe size not known"]
    assert words.topic("shoe_size") == "shoe_size"


def test_a_hundred_thousand_customers_of_the_served_kind_take_seconds(models, features: pd.DataFrame):
    many = features.sample(10_000, replace=True, random_state=0).reset_index(drop=True)
    from time import process_time

    start = process_time()
    told = worded(explain(models["gradient_boosting"], many, features), many, RISK)
    assert process_time() - start < 6
    assert told["reasons"].notna().all()


def test_all_order_days_of_a_purchase_model_have_their_amount_explained(models, features: pd.DataFrame):
    found = explain(models["all_orders"], features).values
    rises = found["net_amount"].corr(features["net_amount"] / (features["repeat_order_count"] + 1), method="spearman")
    assert rises > 0.9
    assert (found["mean_repeat_order_amount"] == 0).all()


def test_parts_of_an_own_method_that_do_not_add_up_are_not_taken(features: pd.DataFrame):
    class Forgetful(StatusQuoSpend):
        def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
            found = super().contributions(features, background, orders)
            return Contributions(found.values * 0, found.base, found.score, "own")

    model = Forgetful(HORIZON_DAYS).fit(features)
    found = explain(model, features)
    assert found.method == "shapley"
    assert np.allclose(found.base + found.values.sum(axis=1), served_score(model, features))


def test_any_estimator_with_a_purchase_model_inside_sees_possible_histories_only(models, features: pd.DataFrame):
    class Wrapped(Served):
        def predict(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
            return models["purchase_spend"].predict(X)

    found = explain(Wrapped(), features)
    assert found.method == "shapley"
    assert np.allclose(found.base + found.values.sum(axis=1), served_score(models["purchase_spend"], features))
    assert (found.values["first_to_last_order_days"] == 0).all()


def test_an_estimator_that_nobody_has_heard_of_is_explained():
    class Twice(Served):
        def predict(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
            return X["a"].to_numpy() * 2 + X["b"].to_numpy()

    some = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [0.0, 3.0, 1.0], "c": [7.0, 8.0, 9.0]})
    found = Twice().contributions(some, some, Orders(1, seed=0))
    assert np.allclose(found.base + found.values.sum(axis=1), np.log1p(2 * some["a"] + some["b"]))
    assert (found.values["c"] == 0).all()
    assert found.values.iloc[1].tolist() == pytest.approx([0, np.log(8 / 6), 0])  # like the typical one but for b


@pytest.mark.parametrize("name", ["recency_rule", "gradient_boosting", "decision_tree", "purchase_churn"])
def test_what_moves_the_score_most_means_what_its_declaration_expects(explained, features: pd.DataFrame, name: str):
    expected = {one.name: one.more_means for one in declared_features("customers").values() if one.more_means}
    parts = explained(name).values
    strongest = parts.abs().mean().reindex(expected).idxmax()
    rises = features[strongest].corr(parts[strongest], method="spearman") > 0
    assert rises == (expected[strongest] == "leaving"), strongest
