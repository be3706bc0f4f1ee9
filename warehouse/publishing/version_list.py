"""The list of versions: which one is live, why, and which can be put back."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.base.settings import Settings
from warehouse.publishing.publication_attempts import left_over, with_failures
from warehouse.publishing.publication_history import PublishedRun
from warehouse.publishing.publication_recovery import known_history
from warehouse.publishing.published_versions import is_being_changed, is_kept, live_version

_NOT_KEPT = "no longer kept"


def version_lines(settings: Settings, *, with_all: bool = False) -> Iterator[str]:
    """Yield one paragraph for each version, the newest first.

    Parameters
    ----------
    with_all
        Also those whose files have been removed.
    """
    if not settings.published_folder.exists():
        yield "Nothing has been published yet: make demo (or make run)."
        return
    under_way = is_being_changed(settings)
    history = known_history(settings)
    live = live_version(settings)
    # An attempt that is still going on has a note as well; it has not failed.
    known = history if under_way else with_failures(history, list(left_over(settings)))
    for run in reversed(known.runs):
        kept = is_kept(settings, run.published_version)
        if kept or with_all or run.published_at is None:
            yield from _lines(run, is_live=run.published_version == live, kept=kept)
    if under_way:
        yield "A version is being published or rolled back at this moment."


def _lines(run: PublishedRun, *, is_live: bool, kept: bool) -> Iterator[str]:
    mark = "*" if is_live else " "
    rows = "" if run.published_rows is None else f", {run.published_rows:,} rows"
    at = "" if run.published_at is None else f", published {run.published_at:%Y-%m-%d %H:%M:%S} UTC"
    gone = "" if kept or run.published_at is None else f" ({_NOT_KEPT})"
    yield f"{mark} {run.published_version}: {run.source} as of {run.as_of_date}{at}{rows}{gone}"
    yield f"    {run.status}: {run.status_reason}"
