"""A chart on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st


def show_chart(chart: Any, *, key: str, alt: str) -> None:
    """Show a chart of Altair.

    Parameters
    ----------
    alt
        What it shows, for who cannot see it.
    """
    unchecked: Any = _Unchecked(chart)
    st.altair_chart(unchecked, key=key, alt=alt)


@dataclass(frozen=True)
class _Unchecked:
    """A chart whose tests have held it to Vega-Lite's schema: doing so again takes a third of a page's time."""

    chart: Any

    def to_dict(self) -> dict[str, Any]:
        """Return what the browser draws."""
        specification: dict[str, Any] = self.chart.to_dict(validate=False)
        return specification
