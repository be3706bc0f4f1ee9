"""Data Docs that open without a network.

GX's own pages load their style sheets, scripts and even the table of the index from other hosts, so that offline
the index is empty, and their logo's address carries the id of the project to a host of GX's. The templates in this
folder take the place of GX's of the same name; all others stay GX's.
"""

from __future__ import annotations

from pathlib import Path

from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView, DefaultJinjaView
from jinja2 import ChoiceLoader, FileSystemLoader

_TEMPLATES = Path(__file__).with_name("templates")


def _prefer_own_templates(view: DefaultJinjaView) -> None:
    view.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), view.env.loader])


class PageView(DefaultJinjaPageView):
    """The page of a suite or of a run."""

    def __init__(self, custom_styles_directory: str | None = None, custom_views_directory: str | None = None) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        _prefer_own_templates(self)


class IndexPageView(DefaultJinjaIndexPageView):
    """The index of all runs and suites."""

    def __init__(self, custom_styles_directory: str | None = None, custom_views_directory: str | None = None) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        _prefer_own_templates(self)
