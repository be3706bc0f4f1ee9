"""Shared figures: noise of the stated size, bounded contributions, a budget that runs out."""

from __future__ import annotations

import csv
import json
import math
import random
from datetime import date
from fractions import Fraction

import pytest

from tests.warehouse.privacy.shop_with_people import SOURCE
from tests.warehouse.privacy.staged_shop import END, Account, exactly, fill
from warehouse.__main__ import main
from warehouse.base.connections import open_build_file
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.sharing import noise
from warehouse.sharing.contributions import Contributions
from warehouse.sharing.noise import discrete_laplace, noisy
from warehouse.sharing.share import country_bound, noisy_figures
from warehouse.sharing.shared_file import ShareReport, end_of_months, share
from warehouse.sharing.sharing_rules import SharingRules, load_sharing_rules
from warehouse.tables.quality_tables import create_quality_tables


def test_noise_is_discrete_laplace_of_the_stated_scale() -> None:
    generator = random.Random(20240501)  # noqa: S311 - draws that repeat
    scale, draws = Fraction(7, 2), 20_000
    drawn = [discrete_laplace(scale, generator) for _ in range(draws)]
    ratio = math.exp(-1 / float(scale))
    for value in (0, 1, -1, 3, -6):
        expected = (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        deviation = math.sqrt(expected * (1 - expected) / draws)
        assert abs(drawn.count(value) / draws - expected) < 4 * deviation
    variance = 2 * ratio / (1 - ratio) ** 2
    assert abs(sum(drawn) / draws) < 4 * math.sqrt(variance / draws)
    assert sum(one * one for one in drawn) / draws == pytest.approx(variance, rel=0.08)


def test_noise_grows_with_what_one_customer_can_change() -> None:
    generator = random.Random(3)  # noqa: S311 - draws that repeat
    sizes = {
        sensitivity: sum(abs(noisy(0, sensitivity, Fraction(1, 2), generator)) for _ in range(3000)) / 3000
        for sensitivity in (1, 100)
    }
    assert sizes[1] == pytest.approx(2, rel=0.1)  # mean absolute noise: about sensitivity / epsilon
    assert sizes[100] == pytest.approx(200, rel=0.1)
    with pytest.raises(ValueError, match="budget above 0"):
        noisy(1, 1, Fraction(0))


def test_noise_has_no_seed() -> None:
    assert isinstance(noise.SECURE, random.SystemRandom)
    first = [noisy(0, 1000, Fraction(1)) for _ in range(20)]
    assert first != [noisy(0, 1000, Fraction(1)) for _ in range(20)]


def test_a_country_is_named_only_where_one_customer_could_not_bring_it_in() -> None:
    countries = Contributions("customers_by_country", {"NO": 2000, "VA": 1}, 1)
    others = exactly([])
    repeating = random.Random(5)  # noqa: S311 - draws that repeat
    figures = noisy_figures([*others.values(), countries], 1.0, load_sharing_rules(), repeating)
    assert [figure.key for figure in figures if figure.figure == "customers_by_country"] == ["NO"]
    bound = country_bound(Fraction(1, 5), 1e-6)
    assert math.exp(-(bound - 1) / 5) <= 1e-6 < math.exp(-(bound - 2) / 5)


@pytest.fixture
def shop(settings: Settings) -> Settings:
    """A home with a shop whose marts reach up to May 2024."""
    with open_build_file(settings, SOURCE) as connection:
        create_quality_tables(connection)
        fill(connection, [Account(f"c{n}", "=cmd()", (("2024-04-30", 20),)) for n in range(200)])
    return settings


def spent(settings: Settings) -> list[tuple]:
    with open_build_file(settings, SOURCE) as connection:
        return connection.execute("select epsilon from quality.privacy_budget order by shared_at").fetchall()


def test_the_budget_is_accumulated_and_runs_out(shop: Settings) -> None:
    folder = shop.home / "shared"
    told: list[str] = []

    def shared(epsilon: float) -> ShareReport:
        return share(shop, SOURCE, epsilon, end=END, folder=folder, shared_by="ada", tell=told.append)

    first = shared(1.0)
    assert told == ["1 will be spent: of the privacy budget of 'files', 3, 0 are spent and 3 are left."]
    shared(1.9)
    with pytest.raises(SettingsError, match=r"2\.9 are spent"):
        shared(0.2)
    last = shared(0.1)
    assert float(last.budget.left) == 0  # in exact fractions: 1 + 1.9 + 0.1 is not more than 3
    assert "3 are spent and 0 are left" in last.in_words()
    statement = json.loads(first.path.with_suffix(".json").read_text())
    assert statement["epsilon"] == 1.0
    assert sum(statement["epsilon_by_figure"].values()) == pytest.approx(1.0)
    assert set(statement["bounds"]) == set(statement["epsilon_by_figure"])
    with first.path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows if row["figure"] == "customers_by_country"] == ["'=cmd()"]  # no formula


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "-inf", "1e-320", "1e-400", "1e400", "much", "4"])
def test_what_is_no_budget_is_refused_in_words_and_spends_nothing(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, wrong: str
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(shop.home))
    arguments = ["share", "--source", SOURCE, f"--epsilon={wrong}", "--as-of", "2024-05-01"]
    assert main(arguments) == 1
    assert "Nothing was spent" in capsys.readouterr().err
    assert spent(shop) == []
    assert not (shop.home / "shared").exists()


def test_without_a_budget_it_only_says_what_it_would_do(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(shop.home))
    assert main(["share", "--source", SOURCE, "--epsilon="]) == 0
    said = capsys.readouterr().out
    assert "3, 0 are spent and 3 are left" in said
    assert f"make share SOURCE={SOURCE} EPSILON=1" in said
    assert spent(shop) == []
    assert not (shop.home / "shared").exists()


def test_the_date_is_never_read_off_the_data(shop: Settings) -> None:
    """How far the data reach, one customer decides: neither the file's name nor a refusal to spend tells of it."""
    folder = shop.home / "shared"
    earlier = share(shop, SOURCE, 1, end=date(2024, 3, 1), folder=folder, shared_by="ada")
    assert earlier.path.name.startswith("files-2024-03-")
    content = earlier.path.read_text() + earlier.path.with_suffix(".json").read_text()
    assert "2024-05" not in content
    assert "2024-04" not in content
    with pytest.raises(SettingsError, match="reach up to 2024-05-01"):
        share(shop, SOURCE, 1, end=date(2024, 6, 1), folder=folder, shared_by="ada")
    assert spent(shop) == [(1,)]
    with pytest.raises(SettingsError, match="Whole months"):
        end_of_months("2024-03-05", date(2024, 5, 5))


def test_budget_is_split_to_the_last_part() -> None:
    rules = load_sharing_rules().model_dump()
    with pytest.raises(ValueError, match="add up to 1"):
        SharingRules(**{**rules, "budget_shares": {**rules["budget_shares"], "sales_by_month": 0.5}})
    with pytest.raises(ValueError, match="rise"):
        SharingRules(**{**rules, "order_counts_from": [1, 1]})
