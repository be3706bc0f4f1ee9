"""The pictures of segments and of the stages of the customers' lifecycle."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import MAIN, OTHER, SEQUENTIAL, TEAL
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import lines, stacked_by_month
from dashboard.charts.parts import HEIGHT, days, figure, months, named, series, told

_STAGES = ("prospect", "new", "active", "growing", "at_risk", "lapsed", "won_back")
_RFM = (
    "champions",
    "loyal",
    "potential_loyal",
    "new",
    "promising",
    "needs_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
    "not yet a customer",
)
_SHARES = ("customer_share", "net_share", "predicted_share")
_CELL_PIXELS, _BAR_PIXELS, _AROUND_PIXELS = 28, 12, 130
_DARK_SHARE = 0.5


def overview(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Each segment's share of the customers, of last year's money, and of the money to come."""
    order = [texts.column(name) for name in _SHARES]
    long = frame.melt("segment_name", list(_SHARES), var_name="share_of", value_name="share").merge(
        frame[["segment_name", "customer_count", "net_amount_365d", "predicted_amount"]], on="segment_name"
    )
    long["share_of"] = long["share_of"].map(texts.column)
    return (
        altair.Chart(
            long.dropna(subset=["share"]), height=_AROUND_PIXELS + (len(_SHARES) * _BAR_PIXELS + 10) * len(frame)
        )
        .mark_bar()
        .encode(
            y=altair.Y(
                "segment_name:N", sort=frame["segment_name"].tolist(), title=None, axis=altair.Axis(labelLimit=260)
            ),
            yOffset=altair.YOffset("share_of:N", sort=order),
            x=figure("share", "share", None, altair.X),
            color=series("share_of", order),
            tooltip=told(
                texts,
                numbers,
                segment_name="text",
                share_of="text",
                share="share",
                customer_count="count",
                net_amount_365d="amount",
                predicted_amount="amount",
            ),
        )
    )


def sizes(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Each segment's share of the customers, from one scoring to the next."""
    told_of = {"as_of_date": "day", "segment_name": "text", "customer_count": "count", "customer_share": "share"}
    return lines(
        frame,
        texts,
        numbers,
        x=days(texts, "as_of_date"),
        y="customer_share",
        unit="share",
        by="segment_name",
        told_of=told_of,
    )


def stages(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Customers by their stage at the end of each month; a month that is not over is pale."""
    return stacked_by_month(
        frame,
        texts,
        numbers,
        y="customer_count",
        unit="count",
        title=texts.column("customer_count"),
        height=HEIGHT + 40,
        by="stage",
        order=[stage for stage in _STAGES if stage in set(frame["stage"])],
        told_of={"customer_share": "share"},
    ).encode(order=altair.Order("stage_number:Q"))


def rates(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """The lifecycle's rates over the months; where nobody could leave or come back the line breaks."""
    order = [texts.value("rate", rate) for rate in ("retention", "churn", "reactivation")]
    return (
        altair.Chart(named(frame, "rate", texts), height=HEIGHT)
        .mark_line(point=altair.OverlayMarkDef(size=18), invalid="break-paths-show-domains")
        .encode(
            x=months(texts),
            y=figure("rate_share", "share", None),
            color=altair.Color(
                "rate:N",
                scale=altair.Scale(domain=order, range=[MAIN, OTHER, TEAL]),
                legend=altair.Legend(title=None, orient="top", labelLimit=260),
            ),
            tooltip=told(
                texts,
                numbers,
                month="month",
                rate="text",
                rate_share="share",
                customer_count="count",
                of_customer_count="count",
            ),
        )
    )


def stage_moves(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """From which stage to which one."""
    return _moves(frame, ("from_stage", "to_stage", "from_stage_share"), ("stage", _STAGES), texts, numbers)


def rfm_moves(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """From which RFM segment to which one."""
    columns = ("from_rfm_segment_name", "to_rfm_segment_name", "from_segment_share")
    return _moves(frame, columns, ("rfm_segment_name", _RFM), texts, numbers)


def segment_moves(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """From which segment to which one."""
    names = tuple(sorted({*frame["from_segment_name"], *frame["to_segment_name"]}))
    columns = ("from_segment_name", "to_segment_name", "from_segment_share")
    return _moves(frame, columns, ("segment_name", names), texts, numbers)


def rfm_grid(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """Five fifths by recency and five by frequency: how many customers, and by what their cell is called."""
    rows = named(frame, "rfm_segment_name", texts)
    rows["is_dark"] = rows["customer_count"] > _DARK_SHARE * rows["customer_count"].max()
    cell = altair.Chart(rows).encode(
        x=altair.X("recency_score:O", title=texts("segments.rfm_grid.recency"), axis=altair.Axis(labelAngle=0)),
        y=altair.Y("frequency_score:O", sort="descending", title=texts("segments.rfm_grid.frequency")),
        tooltip=told(
            texts,
            numbers,
            rfm_segment_name="text",
            customer_count="count",
            net_amount="amount",
            mean_days_since_last_order="count",
            mean_order_count="ratio",
        ),
    )
    boxes = cell.mark_rect().encode(
        color=altair.Color("customer_count:Q", scale=altair.Scale(scheme=SEQUENTIAL, domainMin=0), legend=None)
    )
    layers = [
        boxes,
        _written(cell, "customer_count", ",").mark_text(dy=-7, fontWeight=600),
        _written(cell, "rfm_segment_name", "").mark_text(dy=8, fontSize=10),
    ]
    return altair.LayerChart(layer=layers, height=330)


def _moves(
    frame: pandas.DataFrame,
    columns: tuple[str, str, str],
    of: tuple[str, tuple[str, ...]],
    texts: Texts,
    numbers: Numbers,
) -> altair.LayerChart:
    """A square of what the customers of a row became, as shares of the row.

    Parameters
    ----------
    columns
        Where from, where to, and which share of those who were there.
    of
        Under which the catalogue names the values, and the values in their order.
    """
    (start, end, share), (kind, values) = columns, of
    order = [texts.value(kind, value) for value in values]
    rows = named(named(frame, start, texts, kind), end, texts, kind)
    rows["is_dark"] = rows[share] > _DARK_SHARE
    cell = altair.Chart(rows).encode(
        x=altair.X(
            f"{end}:N",
            sort=order,
            title=texts("segments.to"),
            axis=altair.Axis(labelAngle=-35, labelLimit=150, labelOverlap=False, orient="top"),
        ),
        y=altair.Y(f"{start}:N", sort=order, title=texts("segments.from"), axis=altair.Axis(labelLimit=180)),
        tooltip=told(texts, numbers, **{start: "text", end: "text", "customer_count": "count", share: "share"}),
    )
    boxes = cell.mark_rect().encode(
        color=altair.Color(f"{share}:Q", scale=altair.Scale(scheme=SEQUENTIAL, domain=[0, 1]), legend=None)
    )
    words = _written(cell, share, ".0%").mark_text(fontSize=11)
    return altair.LayerChart(layer=[boxes, words], height=_AROUND_PIXELS + _CELL_PIXELS * frame[start].nunique())


def _written(cell: altair.Chart, column: str, form: str) -> altair.Chart:
    """What stands in a cell, dark on a light one and light on a dark one: the cells are the same on either ground."""
    text = altair.Text(f"{column}:Q", format=form) if form else altair.Text(f"{column}:N")
    return cell.mark_text().encode(
        text=text, color=altair.condition("datum.is_dark", altair.value("#ffffff"), altair.value("#1d2530"))
    )
