"""The draft as a whole before it is written: which files give which tables, column by column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import duckdb

from warehouse.drafting.charges import find_charges
from warehouse.drafting.expressions import Expression
from warehouse.drafting.file_choice import choose_tables, nameless_matches
from warehouse.drafting.matching import Match, match_columns
from warehouse.drafting.profiles import Profile
from warehouse.drafting.relations import copies_count, is_same_within, return_letters
from warehouse.drafting.samples import Sample
from warehouse.drafting.table_choice import TableGuess
from warehouse.drafting.table_drafts import TableDraft, table_draft
from warehouse.drafting.totals import Parts, parts_of_total

_TRAITS = (
    *("first_name", "last_name", "email", "phone", "birth_date", "gender", "city", "postcode", "street_address"),
    *("has_marketing_consent", "acquisition_channel"),
)
_OF_LINES = {"quantity", "unit_price_amount", "line_amount", "product_code", "product_description", "line_number"}
_BY_SIGN = 0.8  # confidence that documents are returns because their quantities are negative


@dataclass
class FileDraft:
    """A kind of file and what its rows become."""

    sample: Sample
    main: TableDraft
    computed: dict[str, TableDraft] = field(default_factory=dict)
    charges: dict[str, Profile] = field(default_factory=dict)  # kind of line: the column beside the goods
    parts: Parts | None = None  # of the orders' totals
    notes: list[str] = field(default_factory=list)

    @property
    def tables(self) -> dict[str, TableDraft]:
        return {self.main.table: self.main, **self.computed}


@dataclass(frozen=True)
class Draft:
    """Everything that was guessed."""

    files: tuple[FileDraft, ...]
    unused: dict[str, str]  # file: why nothing is made of it
    lacking: dict[str, TableGuess]  # file: what it would be if it had what it lacks

    def gives(self, table: str) -> bool:
        return any(table in one.tables for one in self.files)


def plan_draft(connection: duckdb.DuckDBPyConnection, samples: list[Sample], unread: dict[str, str]) -> Draft:
    """Choose a contract table for each kind of file, each table from one of them, and what else their rows give."""
    choice = choose_tables(connection, samples)
    taken = {guess.table for _, guess in choice.chosen}
    files = []
    for sample, guess in choice.chosen:
        one = FileDraft(sample, table_draft(connection, sample, guess.table, guess.matches))
        _say_more(connection, one)
        if guess.table == "order_items" and sample.format != "lines":
            one.charges, notes = find_charges(connection, sample, one.main.matches)
            one.notes += notes
        _add_computed(connection, one, taken)
        taken |= set(one.computed)
        files.append(one)
    return Draft(tuple(files), {**unread, **choice.unused}, choice.lacking)


def _say_more(connection: duckdb.DuckDBPyConnection, one: FileDraft) -> None:
    """Note what a person should know of the file as a whole."""
    sample = one.sample
    if not sample.is_whole:
        one.notes.append(f"guessed from a sample of {sample.row_count:,} rows of {sample.names[0]}")
    if not sample.has_header:
        one.notes.append(
            "CHECK: the file has no header. Its first record is taken for one: put the names of the fields there"
        )
    copies = copies_count(connection, sample.relation)
    if copies and one.main.table in ("order_items", "orders"):
        one.notes.append(f"{copies:,} of {sample.row_count:,} sampled rows are exact copies of another")


def _add_computed(connection: duckdb.DuckDBPyConnection, one: FileDraft, taken: set[str]) -> None:
    """Add further tables that the same rows give: heads of lines, lines of heads, products and customers."""
    table = one.main.table
    wanted: dict[str, dict[str, Match]] = {}
    if table == "order_items":
        wanted["orders"] = _of_heads(connection, one)
    if table == "orders":
        wanted["order_items"] = _of_lines(one)
    if table in ("order_items", "orders"):
        wanted["products"] = _products(one, wanted.get("order_items", one.main.matches))
    if table in ("order_items", "orders", "subscriptions"):
        wanted["customers"] = _customers(one, wanted.get("orders", one.main.matches))
    if table == "orders" and not wanted["order_items"] and "order_items" not in taken:
        one.parts = parts_of_total(connection, one.sample, one.main.matches)
        if one.parts:
            one.computed["order_items"] = TableDraft("order_items", {}, {})
    for name, matches in wanted.items():
        if matches and name not in taken:
            one.computed[name] = table_draft(connection, one.sample, name, matches)
    _say_returns(connection, one)


def _of_heads(connection: duckdb.DuckDBPyConnection, one: FileDraft) -> dict[str, Match]:
    used = {match.profile.name for column, match in one.main.matches.items() if column in _OF_LINES}
    matches = match_columns([profile for profile in one.sample.profiles if profile.name not in used], "orders")
    if "ordered_at" not in matches:
        return {}
    amount, order = matches.get("order_amount"), one.main.matches["order_id"].profile.name
    if amount and not is_same_within(connection, one.sample.relation, order, amount.profile.name):
        matches.pop("order_amount")
    return matches


def _of_lines(one: FileDraft) -> dict[str, Match]:
    if one.sample.has_header:
        matches = match_columns(list(one.sample.profiles), "order_items")
    else:
        matches = {column: match for column, match in nameless_matches(one.sample).items() if column == "quantity"}
    if not matches.keys() & {"product_code", "product_description", "quantity"}:
        return {}
    if "order_amount" in one.main.matches and "line_amount" not in matches:
        matches["line_amount"] = replace(one.main.matches["order_amount"], column="line_amount")
    return matches


def _described(one: FileDraft, table: str, key: str, needs: tuple[str, ...]) -> dict[str, Match]:
    """Columns that describe what the key names; nothing where there are none of them."""
    order = one.main.matches.get("order_id")
    matches = match_columns([each for each in one.sample.profiles if not order or each is not order.profile], table)
    return matches if key in matches and matches.keys() & set(needs) else {}


def _products(one: FileDraft, lines: dict[str, Match]) -> dict[str, Match]:
    """Describe the product that lines name, by the name that stands on them."""
    matches = _described(one, "products", "product_code", ("product_name", "category"))
    matches.pop("list_price_amount", None)  # what is paid on a line is no list price
    on_lines = {"product_code": "product_code", "product_name": "product_description"}
    named = {name: replace(lines[name_], column=name) for name, name_ in on_lines.items() if name_ in lines}
    return {**matches, **named} if matches or len(named) == len(on_lines) else {}


def _customers(one: FileDraft, orders: dict[str, Match]) -> dict[str, Match]:
    """Describe the customer that orders name."""
    matches = _described(one, "customers", "customer_id", _TRAITS)
    matches.pop("registered_at", None)  # the day of an order
    if matches and "customer_id" in orders:
        matches["customer_id"] = orders["customer_id"]
    return matches


def _say_returns(connection: duckdb.DuckDBPyConnection, one: FileDraft) -> None:
    """Take documents for returns whose numbers begin with a letter of their own and whose quantities are negative."""
    orders, lines = one.computed.get("orders"), one.main.matches
    if orders is None or "order_kind" in orders.expressions or "quantity" not in lines:
        return
    names = lines["order_id"].profile.name, lines["quantity"].profile.name
    letters = return_letters(connection, one.sample.relation, *names)
    if letters:
        cases = " ".join(f"when '{letter}' then 'return'" for letter in letters)
        sql = f"case left(contract_row.order_id, 1) {cases} else 'sale' end"
        why = f"nearly all lines of documents that begin with {' or '.join(letters)} have a negative quantity"
        orders.expressions["order_kind"] = Expression("order_kind", sql, _BY_SIGN, (why,))
