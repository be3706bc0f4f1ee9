"""The changes of a decision in the registry: tags of versions, and aliases, determined before any is made.

A change can be stored as text and applied later; applying it twice has the effect of applying it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ml.competition.results import Decision
from ml.competition.states import State
from ml.tracking.job import TrackedJob
from ml.tracking.registry import CHALLENGER, CHAMPION, challenger_of
from ml.tracking.server import TrackingServer
from ml.tracking.versions import LONGEST_TEXT, RegisteredVersion


@dataclass(frozen=True)
class RegistryChange:
    """Tags and aliases to set in one registered model.

    Attributes
    ----------
    tags
        Version → name → value.
    aliases
        Alias → the version it is to point to; None: it is to be removed.
    """

    model_name: str
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, str | None] = field(default_factory=dict)

    def as_text(self) -> str:
        """The change as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> RegistryChange:
        """Read what `as_text` wrote."""
        return cls(**json.loads(text))


def apply_change(server: TrackingServer, change: RegistryChange) -> None:
    """Apply a change: the tags first, so that a version found by its alias has its tags."""
    with server.client() as client:
        for version, tags in change.tags.items():
            for name, value in tags.items():
                client.set_model_version_tag(change.model_name, version, name, value)
        for alias, version in change.aliases.items():
            if version is None:
                client.delete_registered_model_alias(change.model_name, alias)
            else:
                client.set_registered_model_alias(change.model_name, alias, version)


def champion_change(version: RegisteredVersion) -> RegistryChange:
    """The change that lets a version serve."""
    return RegistryChange(version.model_name, aliases=_pointing(CHAMPION, version))


def training_change(
    server: TrackingServer,
    job: TrackedJob,
    source: str,
    decision: Decision,
    *,
    serving: RegisteredVersion,
    challenger: RegisteredVersion | None,
    is_past: bool,
) -> RegistryChange:
    """The change after a training: who serves, the challenger, and the withdrawal of earlier questions to users.

    Parameters
    ----------
    serving
        What serves after the training.
    challenger
        The version of the contender, if one was registered.
    is_past
        Whether a champion of a later date stays, with its challenger.
    """
    is_challenger = challenger is not None and decision.contender != decision.serving
    tags = {challenger.version: {"champion_version": serving.version}} if is_challenger else {}
    if is_past:
        return RegistryChange(job.model_name, tags)
    asked = challenger_of(server, job, source)
    if asked is not None and asked.state.may_become(State.WITHDRAWN):
        tags = {asked.version: {"approval": State.WITHDRAWN.tag}, **tags}
    aliases = _pointing(CHALLENGER, challenger) if is_challenger else _no_challenger(server, job.model_name, source)
    return RegistryChange(job.model_name, tags, {**aliases, **_pointing(CHAMPION, serving)})


def answer_change(
    server: TrackingServer, version: RegisteredVersion, answer: State, *, words: str, is_past: bool
) -> RegistryChange:
    """The change after an answer: it is recorded in the version, which serves if it was approved.

    Parameters
    ----------
    answer
        `APPROVED` or `REJECTED`.
    words
        Who answered, when and why.
    is_past
        Whether a champion of a later date stays.
    """
    tags = {"approval": answer.tag, "approval_words": words[:LONGEST_TEXT]}
    aliases: dict[str, str | None] = {}
    if answer == State.APPROVED and not is_past:
        aliases = {
            **_no_challenger(server, version.model_name, version.source),
            **_pointing(CHAMPION, version),
        }
    return RegistryChange(version.model_name, {version.version: tags}, aliases)


def _pointing(alias: str, version: RegisteredVersion) -> dict[str, str | None]:
    """An alias of the model and one of the version's source; that of the source, which is read, comes last."""
    return {name: version.version for name in (alias, f"{alias}-{version.source}")}


def _no_challenger(server: TrackingServer, model_name: str, source: str) -> dict[str, str | None]:
    """Remove the challenger of a source; the alias of the model is removed too if it points to the same version."""
    with server.client() as client:
        aliases = client.get_registered_model(model_name).aliases
    own = f"{CHALLENGER}-{source}"
    return {name: None for name in (CHALLENGER, own) if own in aliases and aliases.get(name) == aliases[own]}
