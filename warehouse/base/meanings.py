"""What a value, or a score, may say of the time to come; the same words for features and for jobs."""

from __future__ import annotations

from typing import Literal, get_args

Meaning = Literal["staying", "leaving"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
