"""Rules for missing values and outliers: what each does, from which rows it learns, what is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.impute import KNNImputer
from sklearn.linear_model import LogisticRegression

from ml.configuration import load_configuration
from ml.contributions.preparation import can_be_prepared, prepared
from ml.data.dated_rows import eligible
from ml.data.features import category_columns
from ml.data.snapshots import Snapshots
from ml.estimators.base import Served
from ml.estimators.classifiers import make_classifier
from ml.estimators.contract_churn import ContractChurnModel
from ml.estimators.parameters import LinearParameters
from ml.estimators.segments.scaling import behaviour_scaler, capped
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.wording import Sentences
from ml.tracking.serialisation import load_model_file, model_content
from ml.treatment.report import treatment_documents, treatment_notes
from ml.treatment.rows import refusals, with_complete_rows
from ml.treatment.served import changes_under, treatment_in
from ml.treatment.transformer import FeatureTreatment, treatment_of, value_changes
from warehouse.tables.features import ColumnRule

NAN = np.nan


def treatment(**rules: ColumnRule) -> FeatureTreatment:
    """Of the features named, by these rules."""
    return treatment_of("customers", tuple(rules), rules)


def rule(missing: str = "keep", **more: object) -> ColumnRule:
    return ColumnRule(missing=missing, because="a test", **more)


def frame(seed: int = 0, row_count: int = 400) -> pd.DataFrame:
    """Tenure, an account as old as the tenure and unknown of some, a long tail of amounts, ages of some."""
    random = np.random.default_rng(seed)
    tenure = random.integers(1, 700, row_count).astype(float)
    unknown = random.random(row_count) < 0.2
    return pd.DataFrame(
        {
            "tenure_days": tenure,
            "days_since_registration": np.where(unknown, NAN, tenure + 3),
            "net_amount": random.lognormal(4, 1.5, row_count).round(2),
            "age_years": np.where(random.random(row_count) < 0.3, NAN, random.normal(42, 12, row_count)),
            "mean_rating": np.where(random.random(row_count) < 0.5, NAN, random.integers(1, 6, row_count)),
            "country": random.choice(["NL", "BE", "unknown"], row_count),
        }
    )


COLUMNS = tuple(frame().columns)


@pytest.mark.parametrize(
    ("missing", "more", "filled"),
    [("mean", {}, 28.0), ("median", {}, 20.0), ("constant", {"constant": -1.0}, -1.0), ("keep", {}, NAN)],
)
def test_what_a_missing_value_becomes(missing: str, more: dict, filled: float):
    known = pd.DataFrame({"age_years": [10.0, 20, NAN, 54]})
    fitted = treatment(age_years=rule(missing, **more)).fit(known)
    assert fitted.transform(known)["age_years"].tolist() == pytest.approx([10, 20, filled, 54], nan_ok=True)
    assert known["age_years"].isna().sum() == 1  # the frame given stays


def test_the_nearest_rows_tell_a_missing_value():
    """Distances by hand: logarithms of 9, 99, 999 stand one apart, so 120 is nearest to 99, then to 999."""
    train = pd.DataFrame({"tenure_days": [9.0, 99, 999], "days_since_registration": [10.0, 100, 1000]})
    for count, expected in ((1, 100.0), (2, 550.0), (3, 370.0), (9, 370.0)):
        by = rule("knn", neighbour_count=count, near_by=("tenure_days",))
        fitted = treatment(tenure_days=rule(), days_since_registration=by).fit(train)
        asked = pd.DataFrame({"tenure_days": [120.0, 120], "days_since_registration": [NAN, 7]})
        assert fitted.transform(asked)["days_since_registration"].tolist() == pytest.approx([expected, 7])


def test_neighbours_are_those_of_scikit_learn():
    """Its imputer on the same scaled logarithms, which standardises nothing itself."""
    train = frame()[["tenure_days", "net_amount", "age_years"]]
    by = rule("knn", neighbour_count=7, near_by=("tenure_days", "net_amount"))
    ours = treatment(tenure_days=rule(), net_amount=rule(), age_years=by).fit(train).transform(train)
    logs = np.log1p(train[["tenure_days", "net_amount"]])
    known = train["age_years"].notna()
    scaled = (logs - logs[known].mean()) / logs[known].std(ddof=0)
    theirs = KNNImputer(n_neighbors=7).fit_transform(scaled.assign(age=train["age_years"]))[:, 2]
    assert ours["age_years"].to_numpy() == pytest.approx(theirs)


def test_outliers_are_held_at_quantiles_of_the_training_rows():
    train = pd.DataFrame({"net_amount": np.arange(101.0)})
    fitted = treatment(net_amount=rule(winsorise=(0.05, 0.9))).fit(train)
    later = pd.DataFrame({"net_amount": [-1e9, 5, 40, 90.5, 1e9, NAN]})
    assert fitted.transform(later)["net_amount"].tolist() == pytest.approx([5, 5, 40, 90, 90, NAN], nan_ok=True)


def test_what_hardly_anybody_has_keeps_its_differences():
    train = pd.DataFrame({"event_count_30d": [0.0] * 999 + [4.0]})
    fitted = treatment(event_count_30d=rule(winsorise=(0, 0.99))).fit(train)
    assert fitted.transform(train)["event_count_30d"].tolist() == train["event_count_30d"].tolist()


@pytest.mark.parametrize("missing", ["mean", "median", "knn"])
def test_a_feature_nobody_had_stays_missing_and_one_that_is_gone_is_filled(missing: str):
    more = {"neighbour_count": 3, "near_by": ("tenure_days",)} if missing == "knn" else {}
    made = treatment(tenure_days=rule(), age_years=rule(missing, **more))
    nobody = frame().assign(age_years=NAN)
    assert made.fit(nobody).transform(frame())["age_years"].equals(frame()["age_years"])
    assert made.fit(frame()).transform(nobody)["age_years"].between(0, 100).all()


def test_neither_the_order_of_rows_nor_other_rows_matter():
    made = treatment_of("customers", COLUMNS)
    train, asked = frame(1), frame(2)
    expected = made.fit(train).transform(asked)
    shuffled = train.sample(frac=1, random_state=5).reset_index(drop=True)
    pd.testing.assert_frame_equal(expected, made.fit(shuffled).transform(asked), check_exact=True)
    pd.testing.assert_frame_equal(expected.iloc[40:60], made.transform(asked.iloc[40:60]), check_exact=True)


def test_neighbours_are_looked_for_among_a_bounded_number_of_rows():
    by = rule("knn", neighbour_count=2, near_by=("tenure_days",))
    made = treatment(tenure_days=rule(), days_since_registration=by).set_params(reference_row_count=200)
    neighbours = made.fit(frame(row_count=3000)).neighbours_["days_since_registration"]
    assert neighbours.reference_.shape == (200, 1)
    filled = made.transform(frame(9))
    assert (filled["days_since_registration"] - filled["tenure_days"]).abs().max() < 100


def test_the_record_is_what_the_model_saw_and_no_more(tmp_path: Path):
    """Of a stored model too: the values behind its first step, and for each changed one a row."""
    train, asked = frame(1), frame(2)
    churned = np.random.default_rng(0).random(len(train)) < 0.5
    fixed = FrozenEstimator(treatment_of("customers", COLUMNS).fit(train))
    assert "net_amount" not in fixed.rules  # a large customer is no error
    model = make_classifier(
        "logistic_regression",
        COLUMNS,
        LinearParameters(inverse_penalty=1, maximum_iteration_count=500),
        0,
        treatment=fixed,
    ).fit(train, churned)
    model_content(model)  # raises where something could not be loaded again
    from skops.io import dump

    dump(model, tmp_path / "model.skops")
    loaded = load_model_file(tmp_path / "model.skops")
    np.testing.assert_array_equal(loaded.predict_proba(asked), model.predict_proba(asked))

    recorded = changes_under(loaded, asked, "churn_probability")
    replayed = asked.copy()
    for change in recorded.itertuples():
        before = replayed.loc[change.row, change.column_name]
        assert (np.isnan(before) and np.isnan(change.original_value)) or before == change.original_value
        assert change.used_value != before
        replayed.loc[change.row, change.column_name] = change.used_value
    seen = loaded.named_steps["treat"].transform(asked)
    pd.testing.assert_frame_equal(replayed, seen)
    by_rule = recorded.groupby(["column_name", "rule"]).size()
    assert by_rule["age_years", "median"] == asked["age_years"].isna().sum()
    assert by_rule["days_since_registration", "knn"] == asked["days_since_registration"].isna().sum()
    assert 0 < by_rule["age_years", "winsorised"] < 0.05 * len(asked)
    assert "mean_rating" not in by_rule  # kept: that it is missing is told to the model as it is

    assert can_be_prepared(loaded)
    matrix, names = prepared(loaded, asked)
    indicator = matrix[:, list(names).index("missingindicator_mean_rating")]
    assert (indicator > 0).tolist() == asked["mean_rating"].isna().tolist()
    assert "missingindicator_age_years" not in names


@pytest.mark.parametrize("base", [Served, BaseEstimator])
def test_a_wrapper_that_nobody_has_heard_of_is_not_silent_about_its_treatment(base: type[BaseEstimator]):
    class Wrapper(ClassifierMixin, base):
        def __init__(self, first_choice: BaseEstimator | None = None) -> None:
            self.first_choice = first_choice

    inner = treatment_of("customers", COLUMNS)
    assert treatment_in(Wrapper(Wrapper(inner))) is None  # not fitted: nothing was learned
    assert treatment_in(Wrapper(Wrapper(inner.fit(frame())))) is inner
    assert treatment_in(Wrapper()) is None


def test_the_treatment_of_a_contracts_score_is_its_classifiers_and_not_that_of_survival():
    inner, other = (treatment_of("customers", COLUMNS).fit(frame(seed)) for seed in (1, 2))
    model = ContractChurnModel(FrozenEstimator(inner), FrozenEstimator(other))
    assert treatment_in(model) is inner
    assert treatment_in(ContractChurnModel(LogisticRegression(), FrozenEstimator(other))) is None


def test_what_is_told_of_the_training_rows():
    train = frame()
    fitted = treatment_of("customers", COLUMNS).fit(train)
    told = treatment_documents(fitted)["treatment.json"]
    assert told["training_row_count"] == len(train)
    assert told["features"]["age_years"]["missing_becomes"] == train["age_years"].median()
    lower, upper = told["features"]["age_years"]["held_between"]
    outside = int(((train["age_years"] < lower) | (train["age_years"] > upper)).sum())
    (note,) = treatment_notes(fitted).values()
    assert note["age_years: outliers clipped"] == outside > 0


def test_an_imputed_value_is_no_reason_stated_as_fact():
    """Words are made from the marts' values, which stay missing, whatever the model was given."""
    asked = frame()
    rows = np.flatnonzero(asked["age_years"].isna() & asked["days_since_registration"].isna())[:1]
    sentences = Sentences(load_configuration(ReasonsConfiguration, "reasons"), asked, {"age_years": 40.0})
    assert sentences.of("age_years", rows).tolist() == ["age not known"]
    assert sentences.of("days_since_registration", rows).tolist() == ["opening of the account not known"]


# ---- rows ----


def test_rows_that_lack_what_must_be_known_are_not_learned_from(snapshots: Snapshots):
    broken = snapshots.training.assign(net_amount=snapshots.training["net_amount"].mask(snapshots.training.index < 3))
    kept = with_complete_rows(replace(snapshots, training=broken), "customers")
    assert len(kept.training) == len(broken) - 3
    assert kept.evaluation is snapshots.evaluation  # `event_count_30d` is empty there: nobody has it, nobody lacks it
    told = refusals(broken, ("net_amount", "order_count", "mean_rating"), "customers")
    assert told.dropna().tolist() == ["not known: net_amount"] * 3
    assert told.index.equals(broken.index)


def test_nothing_to_learn_from_is_no_error(snapshots: Snapshots):
    nothing = replace(snapshots, training=snapshots.training.head(0), evaluation=snapshots.evaluation.head(0))
    assert with_complete_rows(nothing, "customers").training.empty


# ---- texts ----


def test_texts_pass_as_they_are(snapshots: Snapshots):
    rows = eligible(snapshots.scoring).head(5)
    fitted = treatment_of("customers", category_columns()).fit(rows[list(category_columns())])
    assert fitted.transform(rows[["country"]])["country"].tolist() == rows["country"].tolist()


# ---- segments ----


def test_what_segmentation_caps_is_told_in_the_features_own_units():
    amounts = pd.DataFrame({"net_amount": np.append(np.arange(1.0, 101), [1e6, 50.123])})
    scaler = behaviour_scaler(0.02).fit(amounts)
    told = value_changes(amounts, capped(scaler, amounts), {"net_amount": "median"})
    lower, upper = np.expm1([scaler.named_steps["cap"].lower_[0], scaler.named_steps["cap"].upper_[0]])
    assert told.loc[told["row"] == 100, "used_value"].tolist() == pytest.approx([upper])
    assert set(told["row"]) == set(np.flatnonzero(~amounts["net_amount"].between(lower, upper)))
