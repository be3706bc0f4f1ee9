"""The colours of the pictures, on light and dark ground; `script/.streamlit/config.toml` holds those of the page.

They differ in lightness as well as in hue and avoid red against green, so that people who see colours differently, and
printers without any, tell them apart: after M. Okabe and K. Ito, *Color Universal Design* (2008), darkened or lightened
to a contrast of at least 3 : 1 against both grounds (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

BLUE, ORANGE, TEAL, VIOLET, PINK, YELLOW, GREY = (
    "#3a7ebf",
    "#d9771f",
    "#17937c",
    "#8a6fc9",
    "#c5619a",
    "#a8860b",
    "#80868f",
)
# In this order where a picture has several series; never more than these at once.
SERIES = [BLUE, ORANGE, TEAL, VIOLET, PINK, YELLOW, GREY]
MAIN, OTHER, QUIET = BLUE, ORANGE, GREY
# What is good and what is bad, always beside a word or a sign.
GOOD, BAD = BLUE, ORANGE
# From little to much: `scheme` of a continuous colour scale.
SEQUENTIAL = "blues"
