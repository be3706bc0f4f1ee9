"""When runs start by the clock: what is wrong is told in words."""

from __future__ import annotations

import pytest

from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 5 * * *", "no source and a cron expression"),
        ("my_shop", "no source and a cron expression"),
        ("my_shop: 0 5 * *", "has 4 fields and not five"),
        ("my_shop: 0 0 5 * * *", "has 6 fields and not five"),
        ("my_shop: 0 25 * * *", "cannot be read"),
        ("my_shop: @never", "cannot be read"),
        ("my_shop: @daily; my_shop: @hourly", "stands there twice"),
        ("My Shop: @daily", "is not a source name"),
    ],
)
def test_a_wrong_schedule_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        Settings(schedule=text)
    assert words in told.value.message


def test_several_sources_have_each_its_own() -> None:
    assert Settings(schedule="").schedules == {}
    assert Settings(schedule=" till : @hourly ;my_shop: 5 4 * * mon-fri; ").schedules == {
        "till": "@hourly",
        "my_shop": "5 4 * * mon-fri",
    }
