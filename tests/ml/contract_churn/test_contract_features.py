"""From rows of the mart to what models see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.data.contract_features import categories, contract_frame
from ml.estimators.contract_survival import survival_columns
from warehouse.base.errors import ModelUnavailable

ROWS = pd.DataFrame(
    {
        "subscription_id": ["a", "b", "c", "d"],
        "is_eligible": [True, False, True, True],
        "tenure_months": [1, 2, 3, 4],
        "total_charges_amount": [None, 1, 2, 3],
        "plan_name": ["Tea", None, "Tea", "Tea"],
        "attributes": [
            '{"Has TV": true, "kind": "dsl", "n": 2}',
            '{"kind": "x", "deep": {"a": 1}}',
            None,
            "[1] no json",
        ],
    }
)


def test_attributes_become_columns_and_ids_do_not():
    frame = contract_frame(ROWS)
    assert list(frame.columns) == [
        "tenure_months",
        "total_charges_amount",
        "plan_name",
        "attribute_has_tv",
        "attribute_kind",
        "attribute_n",
    ]
    assert categories(frame) == ["plan_name", "attribute_kind"]
    assert frame["attribute_kind"].tolist() == ["dsl", "x", "unknown", "unknown"]
    assert np.array_equal(frame["attribute_has_tv"], [1.0, np.nan, np.nan, np.nan], equal_nan=True)


def test_an_attribute_that_is_gone_is_named():
    with pytest.raises(ModelUnavailable, match="attribute_discount"):
        contract_frame(ROWS, ("tenure_months", "attribute_discount"))


def test_what_grows_with_age_is_no_covariate_of_survival():
    assert survival_columns(contract_frame(ROWS)) == ["attribute_has_tv", "attribute_kind", "attribute_n"]
