"""The small line in a tile, as an image: a page has a dozen of them, and a chart of Vega each would take a second."""

from __future__ import annotations

import html
from collections.abc import Sequence
from urllib.parse import quote

import numpy

_WIDTH, _HEIGHT, _MARGIN = 200, 40, 2
_FEWEST = 2


def small_line(values: Sequence[float | None], colour: str, words: str) -> str:
    """Return an image of the course of a figure, the ground below it pale, or nothing where there is no course.

    Parameters
    ----------
    values
        At equal distances; none where the figure is not known, which the line passes over.
    colour
        Such as ``#3a7ebf``.
    words
        What the line tells, for who cannot see it and under the pointer.

    Returns
    -------
    str
        HTML.
    """
    figures = numpy.array(values, dtype=float)
    known = numpy.isfinite(figures)
    if known.sum() < _FEWEST:
        return ""
    drawn = _drawn(_places(figures, known), colour)
    said = html.escape(words, quote=True)
    return f'<img class="course" alt="{said}" title="{said}" src="data:image/svg+xml,{quote(drawn)}">'


def _places(figures: numpy.ndarray, known: numpy.ndarray) -> list[tuple[float, float]]:
    """Where the known figures lie, in pixels from the upper left corner: (x, y) each."""
    lowest, highest = figures[known].min(), figures[known].max()
    room = _HEIGHT - 2 * _MARGIN
    x = numpy.flatnonzero(known) * _WIDTH / (len(figures) - 1)
    heights = (figures[known] - lowest) / (highest - lowest) if highest > lowest else numpy.full(known.sum(), 0.5)
    return [(float(at), float(_MARGIN + room * (1 - height))) for at, height in zip(x, heights, strict=True)]


def _drawn(places: list[tuple[float, float]], colour: str) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    ground = f"{places[0][0]:.1f},{_HEIGHT} {line} {places[-1][0]:.1f},{_HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none">'
        f'<polygon points="{ground}" fill="{colour}" opacity="0.15"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"'
        ' vector-effect="non-scaling-stroke"/></svg>'
    )
