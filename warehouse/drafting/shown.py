"""Names out of files as they may stand in a comment or on a screen: on one line, without invisible signs."""

from __future__ import annotations


def shown(text: str) -> str:
    r"""The text with everything that cannot be printed, line ends included, as one blank.

    >>> shown("Betrag\nin\u2028Euro")
    'Betrag in Euro'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
