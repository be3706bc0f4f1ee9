"""A competition as a picture: one line for each competitor, its figure, and its gain over the best rule.

Written as SVG by hand: drawing a plot would take as long as fitting some of the models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from ml.competition.why import Competitor, best_first
from warehouse.jobs.spec import JobSpec

# Safe for colour-blind eyes; models, rules and what is chosen also differ in shape and in words.
_MODEL, _RULE, _LINE, _TEXT = "#1f5fa8", "#8a8a8a", "#c8752a", "#222222"
_LEFT, _RIGHT, _ROW, _TOP, _WIDTH = 250, 40, 26, 64, 860


def competition_picture(spec: JobSpec, competitors: Sequence[Competitor], baseline: str) -> str | None:
    """The picture as SVG; None where there is nothing to compare.

    A dot is the figure that ranks; a bar is the interval of the gain over the best rule, drawn from that rule.
    """
    metric = spec.rank_metric
    shown = [one for one in best_first(spec, competitors) if math.isfinite(one.figures.get(metric, math.nan))]
    rule = next((one.figures[metric] for one in shown if one.name == baseline), None)
    if len(shown) <= 1:
        return None
    ends = [value for one in shown for value in _ends(one, metric, rule)]
    low, high = min(ends), max(ends)
    margin = (high - low or abs(high) or 1) * 0.05
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low), 1)

    height = _TOP + _ROW * len(shown) + 40
    parts = [_head(spec, height)]
    if rule is not None:
        bottom = _TOP + _ROW * len(shown)
        parts.append(
            f'<line x1="{x(rule)}" x2="{x(rule)}" y1="{_TOP - 8}" y2="{bottom}" stroke="{_LINE}" '
            f'stroke-dasharray="5 4"/>'
            f'<text x="{x(rule)}" y="{bottom + 18}" fill="{_LINE}" text-anchor="middle">'
            f"best rule: {escape(baseline)} {rule:.3f}</text>"
        )
    parts += [_row(one, metric, rule, _TOP + _ROW * number + 8, x) for number, one in enumerate(shown)]
    return "".join([*parts, "</svg>\n"])


def _ends(one: Competitor, metric: str, rule: float | None) -> list[float]:
    value = one.figures[metric]
    if one.gain is None or rule is None or not math.isfinite(one.gain.lower + one.gain.upper):
        return [value]
    return [value, rule + one.gain.lower, rule + one.gain.upper]


def _head(spec: JobSpec, height: int) -> str:
    title = f"{spec.title.capitalize()}: {spec.figures[spec.rank_metric].in_words}"
    note = "▶ serves · bar: interval of the gain over the best rule, drawn from that rule · grey: simple rules"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="13" fill="{_TEXT}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
        f'<text x="12" y="42" fill="#666666">{note}</text>'
    )


def _row(one: Competitor, metric: str, rule: float | None, y: int, x: Callable[[float], float]) -> str:
    colour = _RULE if one.is_rule else _MODEL
    name = f"{'▶ ' if one.serves else ''}{one.name}"
    weight = ' font-weight="bold"' if one.serves else ""
    value, *interval = _ends(one, metric, rule)
    bar = (
        f'<line x1="{x(interval[0])}" x2="{x(interval[1])}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="5" '
        f'stroke-opacity="0.3"/>'
        if interval
        else ""
    )
    return (
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end"{weight}>{escape(name)}</text>{bar}'
        f'<circle cx="{x(value)}" cy="{y}" r="5" fill="{colour}"/>'
        f'<text x="{x(value)}" y="{y - 7}" font-size="10" text-anchor="middle">{value:.3f}</text>'
    )
