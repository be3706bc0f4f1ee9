"""`make source` from a stranger's file to the first numbers, which are added up here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.__main__ import main
from warehouse.base.settings import Settings

HEAD = "Bestellnummer;Kundennummer;Bestelldatum;Gesamtbetrag\n"


def test_a_strangers_file_gives_customers_orders_and_revenue_by_year(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    good = [f"{number};{number % 7};{number % 28 + 1:02d}.03.2024;10,50" for number in range(1, 31)]
    large, impossible = ["31;5;17.06.2025;1.100,00", "32;6;18.06.2025;9,99"], ["33;5;31.02.2025;5,00"]
    file = tmp_path / "Verkaeufe.csv"
    file.write_text(HEAD + "\n".join([*good, *large, *impossible]) + "\n", encoding="utf-8")
    assert main(["source", "--name", "laden", "--input", str(file)]) == 0
    told = capsys.readouterr().out
    numbers = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.strip()[:2] == "20"}
    # 30 × 10.50, four of them without anybody (customer 0), the rest of six; 1,100.00 and 9.99 of two.
    assert numbers == {"2024": ["6", "26", "315.00", "4"], "2025": ["2", "2", "1,109.99", "0"]}
    assert "33 rows read = 32 loaded + 1 quarantined" in told
    assert "'31.02.2025' is not a date" in told
