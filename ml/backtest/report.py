"""The figures of a backtest as tables: plain text for the shell, Markdown for a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.backtest.replay import Figures, Origin
from warehouse.base.markdown import plain
from warehouse.base.markdown import table as markdown_table
from warehouse.jobs.registry import job_spec
from warehouse.jobs.spec import Figure

_NEAR_ONE = (0.8, 1.25)
_NEAR_WORDS = "from 0.8 to 1.25 at"
_ROLE_WORDS = {"baseline": "baseline", "candidate": "model", "in_service": "in service then"}


def table(job: str, origins: Sequence[Origin]) -> list[list[str]]:
    """Heading and one row per origin and model; `*` marks the champion of the origin's competition."""
    shown = job_spec(job).backtest_figures
    rows = [["origin", "customers", "model", "role", *(str(figure.heading) for figure in shown.values())]]
    for origin in origins:
        day, count = origin.origin_date.isoformat(), str(origin.customer_count)
        if origin.refusal:
            rows.append([day, count, f"refused: {origin.refusal}", "", *("" for _ in shown)])
        for figures in origin.figures:
            is_champion = figures.name == origin.champion and figures.role == "candidate"
            name = f"{figures.name} *" if is_champion else figures.name
            known = (figures.metrics.get(metric) for metric in shown)
            values = ("–" if value is None else f"{value:.3f}" for value in known)
            rows.append([day, count, name, _ROLE_WORDS[figures.role], *values])
    return rows


def by_candidate(job: str, origins: Sequence[Origin]) -> list[list[str]]:
    """Heading and one row per model over all origins: the mean of each figure; of a level, how often it is near 1."""
    shown = job_spec(job).backtest_figures
    levels = [name for name, figure in shown.items() if figure.better == "near one"]
    headings = [f"{figure.heading} {_NEAR_WORDS if name in levels else '(mean)'}" for name, figure in shown.items()]
    everybody = [figures for origin in origins for figures in origin.figures]
    known = {("in service then" if one.role == "in_service" else one.name): None for one in everybody}
    rows = [["model", "origins", *headings]]
    for name in known:
        mine = [one for one in everybody if name == ("in service then" if one.role == "in_service" else one.name)]
        values = []
        for metric in shown:
            found = np.array([one.metrics[metric] for one in mine if metric in one.metrics])
            near = int(((found >= _NEAR_ONE[0]) & (found <= _NEAR_ONE[1])).sum())
            mean = f"{found.mean():.3f}" if len(found) else "–"
            values.append(str(near) if metric in levels else mean)
        rows.append([name, str(len(mine)), *values])
    return rows


def findings(job: str, origins: Sequence[Origin]) -> list[str]:
    """Sentences: at how many origins the champion beats every baseline, and its level at each."""
    evaluated = [origin for origin in origins if origin.champion is not None]
    if not evaluated:
        return ["No origin could be evaluated."]
    lines = [f"{len(evaluated)} of {len(origins)} origins evaluated; champion: best model of the origin's competition."]
    shown = job_spec(job).backtest_figures
    for metric in list(shown)[:2]:
        for role, words in (("candidate", "Champion"), ("in_service", "Model in service then")):
            model = {o.origin_date: o.of(o.champion) if role == "candidate" else o.in_service for o in evaluated}
            known = [o for o in evaluated if model[o.origin_date] is not None]
            if known:
                won = [
                    o for o in known if (one := model[o.origin_date]) and beats(one, o.baselines, metric, shown[metric])
                ]
                lost = [o.origin_date.isoformat() for o in known if o not in won]
                but = f" (not at {', '.join(lost)})" if lost else ""
                lines.append(
                    f"{words} beats every baseline on {shown[metric].heading} at {len(won)} of {len(known)}{but}."
                )
    sure = [o for o in evaluated if o.rank_gain and o.rank_gain.lower > 0]
    lines.append(
        f"The lead in {next(iter(shown.values())).heading} over the best baseline is beyond chance at {len(sure)}."
    )
    levels = (f"{o.origin_date} {one.metrics['level_ratio']:.2f}" for o in evaluated if (one := o.of(o.champion)))
    lines.append(f"Champion's predicted / actual: {', '.join(levels)}.")
    return lines


def beats(model: Figures, baselines: Sequence[Figures], metric: str, figure: Figure) -> bool:
    """Strictly better than each baseline in one figure."""
    sign = -1 if figure.better == "less" else 1
    return all(sign * model.metrics[metric] > sign * rule.metrics[metric] for rule in baselines)


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """The table as text with aligned columns."""
    aligned = [row for row in rows if row[3]]  # a refusal has no role and may be longer than its column
    widths = [max(len(row[number]) for row in aligned) for number in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(title: str, tables: Sequence[Sequence[Sequence[str]]], lines: Sequence[str]) -> str:
    """A section with the findings and tables."""
    items = (f"- {plain(line)}" for line in lines)
    shown = [part for head, *body in tables for part in ("", *markdown_table(head, body))]
    return "\n".join([f"## {plain(title)}", "", *items, *shown, ""])
