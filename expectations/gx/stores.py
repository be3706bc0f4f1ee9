"""Where Great Expectations keeps what Data Docs shows."""

from __future__ import annotations

from typing import Any

from great_expectations.data_context.store import ValidationResultsStore


class ResultsBesidePages(ValidationResultsStore):
    """Holds the results that have pages; `expectations.gx.data_docs` puts them in."""

    def store_validation_results(self, *_: Any, **__: Any) -> bool:
        """Nothing: GX calls this while it checks, when the build file is held and nobody needs the results as JSON."""
        return True
