"""What a decision changes in the registry: tags of versions and aliases, settled before anything is changed.

A change can be put down as text and carried out later, and carried out twice it is as if it had been once.
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
    """Tags to be set and aliases to be moved in one registered model.

    Attributes
    ----------
    tags
        Version → name → value.
    aliases
        Alias → the version it is to point to; None where it is to go.
    """

    model_name: str
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.tags and not self.aliases

    def as_text(self) -> str:
        """The change as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> RegistryChange:
        """Read what `as_text` wrote."""
        return cls(**json.loads(text))


def apply_change(server: TrackingServer, change: RegistryChange) -> None:
    """Carry a change out: the tags first, so that nobody finds a version by its alias before it says what it is."""
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
    """Let a version serve."""
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
    """Let what a training decided hold: who serves, who stands beside it, and no question of an earlier training.

    Parameters
    ----------
    serving
        What serves after the training.
    challenger
        The version of the contender, if one was registered.
    is_past
        A champion of a later date stays what it is, with all that is asked beside it.
    """
    is_beside = challenger is not None and decision.contender != decision.serving
    tags = {challenger.version: {"champion_version": serving.version}} if is_beside else {}
    if is_past:
        return RegistryChange(job.model_name, tags)
    asked = challenger_of(server, job, source)
    if asked is not None and asked.state.may_become(State.WITHDRAWN):
        tags = {asked.version: {"approval": State.WITHDRAWN.tag}, **tags}
    beside = _pointing(CHALLENGER, challenger) if is_beside else _without_challenger(server, job.model_name, source)
    return RegistryChange(job.model_name, tags, {**beside, **_pointing(CHAMPION, serving)})


def answer_change(
    server: TrackingServer, version: RegisteredVersion, answer: State, *, words: str, is_past: bool
) -> RegistryChange:
    """Write an answer to a version, and let it serve if it was approved.

    Parameters
    ----------
    answer
        `APPROVED` or `REJECTED`.
    words
        Who said so, when and why.
    is_past
        A champion of a later date stays what it is.
    """
    tags = {"approval": answer.tag, "approval_words": words[:LONGEST_TEXT]}
    aliases: dict[str, str | None] = {}
    if answer == State.APPROVED and not is_past:
        aliases = {
            **_without_challenger(server, version.model_name, version.source),
            **_pointing(CHAMPION, version),
        }
    return RegistryChange(version.model_name, {version.version: tags}, aliases)


def _pointing(alias: str, version: RegisteredVersion) -> dict[str, str | None]:
    """An alias of the model and of the version's source; that of the source, which is asked for, comes last."""
    return {name: version.version for name in (alias, f"{alias}-{version.source}")}


def _without_challenger(server: TrackingServer, model_name: str, source: str) -> dict[str, str | None]:
    """A source without challenger; the alias of the model goes too if it points to the same version."""
    with server.client() as client:
        aliases = client.get_registered_model(model_name).aliases
    own = f"{CHALLENGER}-{source}"
    return {name: None for name in (CHALLENGER, own) if own in aliases and aliases.get(name) == aliases[own]}
