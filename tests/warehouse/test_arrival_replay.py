"""Whatever is handed in, overwritten, read again or loaded from scratch: raw says what a plain dictionary says.

The dictionary takes files of order lines in the order in which they arrived. A file that is handed in again under its
name takes lines out of the orders of which it repeats a line as it was.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source

NEWEST = """
    select order_item_id, order_id, line_amount::int from (select * from raw.order_items qualify row_number() over (
        partition by order_item_id order by _arrival_number desc, _row_number desc) = 1)
    where not _is_gone order by all
"""
# In their natural order.
NAMES = ["order_items.csv", "order_items_2.csv", "order_items_10.csv", "order_items_10-fix.csv"]
Lines = dict[str, tuple[str, int]]  # line: (order, amount)


@dataclass
class Shop:
    """A landing folder and a warehouse, and what a plain reckoning makes of the same files."""

    settings: Settings
    standing: dict[str, Lines] = field(default_factory=dict)  # path: content
    arrived: list[tuple[str, str, Lines, int]] = field(default_factory=list)  # path, given name, content, hand-in
    hand_in_count: int = 0

    def hand_in(self, files: dict[str, Lines]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, lines in files.items():
                (Path(folder) / name).write_text(_csv(lines))
            land_input(self.settings, "files", Path(folder))
        self.hand_in_count += 1
        for name in (name for name in NAMES if name in files):
            lines = files[name]
            newest = next((content for _, given_name, content, _ in reversed(self.arrived) if given_name == name), None)
            if newest == lines:
                continue
            is_taken = self.standing.get(name, lines) != lines
            path = f"{name} beside {sorted(lines.items())}" if is_taken else name
            self.standing[path] = lines
            self.arrived.append((path, name, lines, self.hand_in_count))

    def copy(self, files: dict[str, Lines]) -> None:
        self.found()  # what is overwritten before it was loaded is lost
        for name, lines in files.items():
            (self.settings.landing_of("files") / name).write_text(_csv(lines))
        self.hand_in_count += 1
        for name in (name for name in NAMES if name in files):
            former = next((content for path, _, content, _ in reversed(self.arrived) if path == name), None)
            self.standing[name] = files[name]
            if former != files[name]:
                self.arrived.append((name, name, files[name], self.hand_in_count))

    def start_over(self) -> None:
        self.settings.build_file("files").unlink(missing_ok=True)
        self.arrived = [one for one in self.arrived if self.standing[one[0]] == one[2]]

    def expected(self) -> list[tuple[str, str, int]]:
        state: dict[str, tuple[str, int, str]] = {}
        before: dict[int, dict[str, tuple[str, int, str]]] = {}
        for at, (_, name, lines, hand_in) in enumerate(self.arrived):
            together = {line for _, _, content, number in self.arrived if number == hand_in for line in content}
            former = before.setdefault(hand_in, dict(state))
            if any(given_name == name for _, given_name, _, _ in self.arrived[:at]):
                repeated = {row[0] for line, row in lines.items() if former.get(line, ())[:2] == row}
                for line, (order, _, given_name) in former.items():
                    if order in repeated and given_name == name and line not in together:
                        state.pop(line, None)
            for line, row in lines.items():
                if state.get(line, ())[:2] != row:
                    state[line] = (*row, name)
        return sorted((line, order, amount) for line, (order, amount, _) in state.items())

    def found(self) -> list[tuple[str, str, int]]:
        ingest_source(self.settings, "files")
        with open_build_file(self.settings, "files", read_only=True) as connection:
            return connection.execute(NEWEST).fetchall()


def _csv(lines: Lines) -> str:
    rows = (f"{line},{order},1,{amount}\n" for line, (order, amount) in lines.items())
    return "order_item_id,order_id,quantity,line_amount\n" + "".join(rows)


LINES = st.dictionaries(
    st.sampled_from(["l1", "l2", "l3", "l4"]), st.tuples(st.sampled_from(["A", "B"]), st.integers(1, 2)), max_size=4
)
FILES = st.dictionaries(st.sampled_from(NAMES), LINES, min_size=1, max_size=2)
STEPS = st.lists(
    st.tuples(st.sampled_from(["hand_in", "hand_in", "hand_in", "copy"]), FILES)
    | st.tuples(st.sampled_from(["start_over", "read_otherwise", "clock", "load"]), st.none()),
    min_size=1,
    max_size=7,
)


Steps = list[tuple[str, dict[str, Lines] | None]]


@hypothesis_settings(max_examples=10, deadline=None)
@given(steps=STEPS)
def test_raw_says_what_a_plain_replay_says(steps: Steps) -> None:
    replay(steps)


@pytest.mark.campaign
@hypothesis_settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_raw_says_what_a_plain_replay_says_whatever_the_steps(steps: Steps) -> None:
    replay(steps)


def replay(steps: Steps) -> None:
    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patched:
        shop = Shop(Settings(home=Path(home), memory_limit="1GB", threads=1))
        landing = shop.settings.landing_of("files")
        landing.mkdir(parents=True)
        (landing / "orders.csv").write_text("order_id,ordered_at\nA,2024-05-01\nB,2024-05-02\n")
        shop.found()
        for number, (step, files) in enumerate(steps):
            if files is not None:
                getattr(shop, step)(files)
            elif step == "start_over":
                shop.start_over()
            elif step == "read_otherwise":
                patched.setattr("warehouse.source_definitions.folders.READING_RULES_VERSION", f"of step {number}")
            elif step == "clock":
                for module in ("warehouse.landing.arrival.noting", "warehouse.loading.hand_in_loading"):
                    patched.setattr(f"{module}.datetime", _earlier(number + 1))
            if step != "load":
                continue
            assert shop.found() == shop.expected()
        assert shop.found() == shop.expected()


def _earlier(days: int) -> type[datetime]:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) - timedelta(days=days)

    return Earlier
