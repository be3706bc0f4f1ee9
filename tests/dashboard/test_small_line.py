"""The small line of a tile: where it runs, what it tells, and where there is none."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from dashboard.charts.small_line import small_line


def places_of(image: str) -> list[tuple[float, float]]:
    """The corners of the line, in pixels: (x, y) each."""
    drawn = unquote(image.split("data:image/svg+xml,")[1])
    [points] = re.findall(r'<polyline points="([^"]*)"', drawn)
    return [tuple(map(float, point.split(","))) for point in points.split()]


def test_it_runs_from_left_to_right_and_up_to_the_highest_figure() -> None:
    # 200 by 40 pixels with 2 above and below: 10 lies at the bottom, 30 at the top, 20 between them.
    image = small_line([10.0, 30.0, 20.0], "#123456", "words")
    assert places_of(image) == [(0.0, 38.0), (100.0, 2.0), (200.0, 20.0)]
    assert 'stroke="#123456"' in unquote(image)


def test_it_passes_over_what_is_not_known_and_keeps_its_room() -> None:
    image = small_line([None, 1.0, float("nan"), None, 2.0], "#123456", "words")
    assert places_of(image) == [(50.0, 38.0), (200.0, 2.0)]


def test_a_figure_that_stays_as_it_is_runs_through_the_middle() -> None:
    assert {y for _, y in places_of(small_line([5.0, 5.0, 5.0], "#123456", "words"))} == {20.0}


def test_where_there_is_no_course_nothing_is_drawn() -> None:
    assert small_line([], "#123456", "words") == ""
    assert small_line([None, None, float("nan")], "#123456", "words") == ""
    assert small_line([None, 3.0, None], "#123456", "words") == ""


def test_its_words_stay_words() -> None:
    said = '"><script>x</script>'
    image = small_line([1.0, 2.0], "#123456", said)
    assert image.count("<") == 1
    assert html.unescape(re.findall(r'alt="([^"]*)"', image)[0]) == said
