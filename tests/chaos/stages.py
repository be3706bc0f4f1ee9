"""The stages of one pipeline run, each as its command from the shell."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

SOURCE = "files"


@dataclass(frozen=True)
class Stage:
    """One command: the package whose `main` it is, and its arguments."""

    name: str
    package: str
    arguments: tuple[str, ...]

    def main(self) -> int:
        """Run the command in this process, as `python -m` does, and return its exit code."""
        return importlib.import_module(f"{self.package}.__main__").main(list(self.arguments))


def stages_of(as_of_date: str, *, with_models: bool = True) -> tuple[Stage, ...]:
    """Return the stages of a pipeline run in order.

    Parameters
    ----------
    with_models
        False: without training, scoring and the gates that need scores.
    """
    where = ("--source", SOURCE)
    when = (*where, "--as-of", as_of_date)
    before = (
        Stage("ingest", "warehouse", ("ingest", *where)),
        Stage("raw gate", "expectations", ("raw", *when)),
        Stage("marts", "warehouse", ("marts", *when)),
    )
    models = (
        Stage("marts gate", "expectations", ("marts", *when)),
        Stage("train", "ml", ("train", "--job", "all", *when)),
        Stage("score", "ml", ("score", "--job", "all", *when)),
        Stage("scores gate", "expectations", ("scores", *when)),
    )
    activate = Stage("activation", "warehouse", ("activate", *when))
    gate = Stage("activation gate", "expectations", ("activation", *when))
    publish = Stage("publish", "warehouse", ("publish", *when))
    return (*before, *models, activate, gate, publish) if with_models else (*before, activate, publish)
