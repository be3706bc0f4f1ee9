"""Files handed in together, put into a landing folder whole or not at all, whenever the process is killed.

They are copied into a hidden folder first. Once that is complete, it gets another name, which is the moment of
landing: from then on they are landed, and whoever looks into the landing folder next finishes putting them in place.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from warehouse.base.durable_files import flush_folder, flush_tree, rename_durably
from warehouse.files.digests import file_sha256
from warehouse.landing.arrival.names import natural_key
from warehouse.landing.arrival.noting import note_hand_in
from warehouse.landing.arrival.order import Present
from warehouse.landing.lock import landing_lock
from warehouse.landing.paths import copy_in, refuse_outside
from warehouse.landing.recognition import LandedFile
from warehouse.landing.refused_files import forget_refused, make_way
from warehouse.source_definitions.folders import Source

_INCOMPLETE, _COMPLETE = ".incoming-", ".landed-"
_LIST = ".hand_in.json"  # what was handed in, where it is to stand: noted in the order of arrival


def land_together(folder: Path, source: Source, given: Sequence[LandedFile]) -> list[Path]:
    """Copy files into a landing folder; what stands there already with the same content is not copied again.

    A file whose name is taken by other content is kept beside it under a name of its own, so nothing is lost. What is
    handed in together is noted as arrived together, in the natural order of its names.

    Returns
    -------
    list[Path]
        Where the files stand now, in the same order.

    Raises
    ------
    LandingError
        If a file cannot be copied, or a link would lead it out of the folder; then none is landed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with landing_lock(folder):
        _finish(folder)
        make_way(folder)
        targets = [_target(file.path, folder / file.name, folder) for file in given]
        hand_in = uuid.uuid4().hex
        staged = folder / f"{_INCOMPLETE}{hand_in}"
        staged.mkdir()
        try:
            for file, target in zip(given, targets, strict=True):
                if not target.exists():
                    copy_in(file.path, staged / target.relative_to(folder), staged)
            present = [_present(source, file, target, folder) for file, target in zip(given, targets, strict=True)]
            present.sort(key=lambda one: natural_key(one.given_name))
            (staged / _LIST).write_text(json.dumps([asdict(one) for one in present]), encoding="utf-8")
            flush_tree(staged)
        except BaseException:
            shutil.rmtree(staged)
            raise
        rename_durably(staged, folder / staged.name.replace(_INCOMPLETE, _COMPLETE))
        _finish(folder)
        forget_refused(folder, [file.name for file in given])
    return targets


def finish_landing(folder: Path) -> None:
    """Put in place what was landed, and take away what was not, when a process was killed."""
    if folder.is_dir():
        with landing_lock(folder):
            _finish(folder)


def _target(path: Path, target: Path, folder: Path) -> Path:
    """The place of a file that is handed in: its own name, or beside other content of that name."""
    refuse_outside(target, folder, str(target))
    if not target.exists():
        return target
    digest = file_sha256(path)
    if file_sha256(target) == digest:
        return target
    stem, dot, suffix = target.name.partition(".")
    return target.with_name(f"{stem}--{digest[:8]}{dot}{suffix}")


def _present(source: Source, file: LandedFile, target: Path, folder: Path) -> Present:
    """The file as it will stand: with the content that is there already, if it is, without people erased since."""
    is_there = target.exists()
    content = file_sha256(target if is_there else file.path)
    name = target.relative_to(folder).as_posix()
    return Present(name, content, source.full_kind(file.kind), file.name, is_copied=not is_there)


def _finish(folder: Path) -> None:
    for left in sorted(folder.glob(f"{_INCOMPLETE}*")):
        shutil.rmtree(left)
    for landed in sorted(folder.glob(f"{_COMPLETE}*")):
        for path in sorted(path for path in landed.rglob("*") if path.is_file() and path.name != _LIST):
            target = folder / path.relative_to(landed)
            refuse_outside(target, folder, str(target))
            target.parent.mkdir(parents=True, exist_ok=True)
            rename_durably(path, target)
        given = landed / _LIST
        if given.exists():  # else it is noted already: only the folder was left
            present = [Present(**one) for one in json.loads(given.read_text(encoding="utf-8"))]
            note_hand_in(folder, landed.name.removeprefix(_COMPLETE), present)
        shutil.rmtree(landed)
    flush_folder(folder)
