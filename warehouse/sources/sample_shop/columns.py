"""Arrow columns from arrays of numbers, without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def numbered_ids(prefix: str, numbers: np.ndarray, width: int) -> pa.StringArray:
    """Write each number as prefix and zero-padded digits; a negative number is a missing id."""
    numbers = np.asarray(numbers, dtype=np.int64)
    letters = np.array(list(prefix.encode("ascii")), dtype=np.uint8)
    text = np.empty((len(numbers), len(letters) + width), dtype=np.uint8)
    text[:, : len(letters)] = letters
    rest = np.maximum(numbers, 0)
    for place in range(text.shape[1] - 1, len(letters) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = (np.arange(len(numbers) + 1) * text.shape[1]).astype(np.int64)
    ids = pa.LargeStringArray.from_buffers(len(numbers), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes()))
    return blank_where(ids.cast(pa.string()), numbers < 0)


def blank_where(column: pa.Array, is_missing: np.ndarray) -> pa.Array:
    """Give the column with missing values at the places given."""
    if not is_missing.any():
        return column
    positions = pa.array(np.arange(len(column)), mask=is_missing)
    return column.take(positions)


def picked(words: Sequence[str], codes: np.ndarray) -> pa.Array:
    """Give ``words[code]`` for each code; a negative code is a missing value."""
    codes = np.asarray(codes, dtype=np.int64)
    return pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))


def decimals(units: np.ndarray, scale: int, is_missing: np.ndarray | None = None) -> pa.Array:
    """Give whole numbers of 10^-scale as exact decimals (cents with scale 2)."""
    low = np.asarray(units, dtype=np.int64)
    pairs = np.column_stack([low, low >> 63])  # little-endian 128 bit: the upper half is the sign
    column = pa.Array.from_buffers(
        pa.decimal128(18, scale), len(low), [None, pa.py_buffer(np.ascontiguousarray(pairs).tobytes())]
    )
    return column if is_missing is None else blank_where(column, is_missing)


def timestamps(times_s: np.ndarray, is_missing: np.ndarray | None = None) -> pa.Array:
    """Give seconds since 1970 as time stamps (UTC)."""
    return pa.array(np.asarray(times_s, dtype=np.int64).astype("datetime64[s]"), mask=is_missing)
