"""A chart on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from altair.utils import schemapi


def show_chart(chart: Any, *, key: str, alt: str) -> None:
    """Show a chart of Altair.

    Parameters
    ----------
    alt
        What it shows, for who cannot see it.
    """
    checked: Any = _Checked(chart)
    st.altair_chart(checked, key=key, alt=alt)


@dataclass(frozen=True)
class _Checked:
    """A chart that is held to Vega-Lite's schema while Altair looks for faults, which the server tells it not to."""

    chart: Any

    def to_dict(self) -> dict[str, Any]:
        """Return what the browser draws."""
        specification: dict[str, Any] = self.chart.to_dict(validate=schemapi.DEBUG_MODE)
        return specification
