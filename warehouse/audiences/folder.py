"""The folder of audiences: every `*.yml` in it declares some; one that is wrong stops none of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from warehouse.audiences.declaration import Audience, ContactLimit, ContactLimits
from warehouse.base.errors import SourceError
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.base.yaml_texts import Place, read_texts

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHIPPED_AUDIENCES = CHECKOUT / "warehouse" / "audiences" / "examples"
_FIELDS_OF: dict[str, type[BaseModel]] = {
    "contact_limits": ContactLimits,
    "all_campaigns": ContactLimit,
    "this_audience": ContactLimit,
}
_NOT_WRITTEN = ("name", "file")  # where it stands says them
_SHAPES = {
    "tuple_type": "must be a list: [one, another]",
    "string_type": "must be a text",
    "model_type": "must be names with values: {name: value}",
    "string_too_short": "is empty",
}


@dataclass(frozen=True)
class Problem:
    """Why an audience cannot be selected or exported.

    Attributes
    ----------
    file
        Of its declaration; empty where the folder itself is not there.
    name
        Of the audience; empty where a file cannot be read.
    """

    file: str
    name: str
    words: str

    def in_words(self) -> str:
        """The problem as one line."""
        of = ", ".join(part for part in (f"audience {self.name}" if self.name else "", self.file) if part)
        return f"{of}: {self.words}" if of else self.words


@dataclass(frozen=True)
class Declared:
    """The audiences of a folder that can be used, the first to be selected first, and what is wrong with the others."""

    audiences: tuple[Audience, ...] = ()
    problems: tuple[Problem, ...] = ()


def audiences_folder(settings: Settings) -> Path:
    """Your own folder where it is set, and only that one; else the shipped examples."""
    return settings.audiences_folder or SHIPPED_AUDIENCES


def declared_audiences(settings: Settings, source: str) -> Declared:
    """Read the audiences for a source; nothing here raises, so that no declaration stops a run."""
    folder = audiences_folder(settings)
    if not folder.is_dir():
        return Declared(problems=(Problem("", "", f"CLIENTELE_AUDIENCES_FOLDER ({folder}) is no folder."),))
    found: dict[str, list[Audience]] = defaultdict(list)
    problems: list[Problem] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and path.is_file()):
        for one in _read(path):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                found[one.name].append(one)
    for name, same in found.items():
        if len(same) > 1:
            files = " and ".join(one.file for one in same)
            problems.append(Problem(files, name, "the name is declared more than once. Rename one of them."))
    chosen = [same[0] for same in found.values() if len(same) == 1 and same[0].is_for(source)]
    return Declared(tuple(sorted(chosen, key=lambda one: (one.priority, one.name))), tuple(problems))


def _read(path: Path) -> Iterator[Audience | Problem]:
    try:
        texts, lines = read_texts(path, path.name)
    except (OSError, SourceError) as error:
        yield Problem(path.name, "", " ".join(str(error).split()))
        return
    for name, fields in texts.items():
        line = lines[(name,)]
        if not isinstance(fields, dict):
            yield Problem(f"{path.name}, line {line}", name, "has no fields. docs/audiences.md lists them.")
            continue
        written = {field: fields[field] for field in fields if field in _NOT_WRITTEN}
        if written:
            yield Problem(f"{path.name}, line {line}", name, f"{', '.join(written)} is said by where it stands.")
            continue
        try:
            yield Audience.model_validate({**fields, "name": name, "file": path.name})
        except ValidationError as error:
            details = error.errors(include_url=False)
            words = dict.fromkeys(_words(name, detail, lines) for detail in details)
            yield Problem(path.name, name, " ".join(words))


def _words(name: str, detail: ErrorDetails, lines: Mapping[Place, int]) -> str:
    place = (name, *detail["loc"])
    line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
    where = f"line {line}: " if line else ""
    field = ".".join(str(part) for part in detail["loc"] if isinstance(part, str)) or "it"
    if detail["type"] == "missing":
        return f"{where}the field {field} is missing."
    if detail["type"] == "extra_forbidden":
        return f"{where}there is no field {field}. {_meant(detail['loc'])}"
    return f"{where}{field} {_said(detail)}."


def _meant(place: tuple[Any, ...]) -> str:
    above = place[-2] if len(place) > 1 else ""
    known = [one for one in _FIELDS_OF.get(str(above), Audience).model_fields if one not in _NOT_WRITTEN]
    near = get_close_matches(str(place[-1]), known, n=1)
    return f"Is {near[0]} meant?" if near else f"Fields here: {', '.join(known)}."


def _said(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "literal_error":
        return f"is {detail['input']!r}; allowed are {detail['ctx']['expected']}"
    if detail["type"] in _SHAPES:
        return _SHAPES[detail["type"]]
    return f"is {detail['input']!r}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
