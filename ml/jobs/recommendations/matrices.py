"""Sparse matrices of customers and products."""

from __future__ import annotations

from typing import Any

# A csr_matrix of scipy, whose stubs do not know what its operations return.
Sparse = Any
