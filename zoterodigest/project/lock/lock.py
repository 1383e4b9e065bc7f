"""The lock file `zoterodigest.lock`: the links, committed, so that they travel to every machine.

A header, then shelves and rows (`project/lock/rows.py` shows them). It is read with git's conflict
markers in it too, and with doubled rows: both sides are folded
(`project/lock/fold.py`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import blake2b
from pathlib import Path

from zoterodigest.core.links.link import CollectionRow, Exported, LockRow
from zoterodigest.core.plan.history import LockRows
from zoterodigest.core.reconcile.acknowledging import Acknowledged
from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import TEXT, BadJson, read_json_as
from zoterodigest.project.files import replace_file
from zoterodigest.project.lock.bib_text import sorted_entries
from zoterodigest.project.lock.fold import (
    fold_acknowledged,
    fold_all,
    fold_collection_rows,
    fold_exported,
    fold_made,
    fold_rows,
)
from zoterodigest.project.lock.paragraphs import BadLine, Line, to_json
from zoterodigest.project.lock.rows import LockContents, read_rows, render_rows, sorted_acknowledged

_LOG = logging.getLogger(__name__)

LOCK_FILE = "zoterodigest.lock"

_HEADER = """\
# The links that zoterodigest made: commit this file, do not edit it. If git leaves conflict marks
# in it, run zoterodigest: it reads both sides and puts the file in order.
version {version}
library {identity}
"""
_LONGEST_HEADER = 20
"""Lines, with conflict marks of git among them."""

_VERSION = "1"
_NEWER = "Install the newest zoterodigest: this file was written by a later one."
_TWO_LIBRARIES = (
    "Links with two libraries cannot be put together: keep one side's file "
    "(git checkout --ours or --theirs)."
)
_MARK = re.compile(r"([<|=>])\1{6}(?: .*)?")


class BadLockFile(ZoterodigestError):
    """`path` cannot be used as a lock file, from line `number` on; it is left as it is."""

    exit_code = 13

    def __init__(self, path: Path, bad_line: BadLine) -> None:
        super().__init__(
            f"{path}:{bad_line.number}: the lock file cannot be used: {bad_line.reason}",
            bad_line.hint
            or f"Take back the version committed last (git checkout -- {path.name}), or delete the "
            "file: the next run finds its items in the library again and adopts them.",
        )
        self.path = path
        self.number = bad_line.number


@dataclass(frozen=True, slots=True)
class LockFile:
    """All links with one library: rows sorted by id, shelves by digest and path, none twice.

    `exported` are the entries of .bib files that our exports wrote, by file and citation key;
    `made` are the files that our exports made. `acknowledged` are the reports that a person lives
    with, sorted.
    """

    identity: str
    rows: tuple[LockRow, ...] = ()
    collection_rows: tuple[CollectionRow, ...] = ()
    exported: tuple[Exported, ...] = ()
    made: frozenset[str] = frozenset()
    acknowledged: tuple[Acknowledged, ...] = ()

    @property
    def links(self) -> LockRows:
        """What the history of runs keeps of it."""
        return LockRows(self.rows, self.collection_rows, self.exported, self.identity)


def render_lock(lock: LockFile, before: bytes | None = None) -> bytes:
    """Return the bytes of `lock`, the same for equal locks; `read_lock` gives it back.

    The line ends are those of the file `before`.
    """
    header = _HEADER.format(version=_VERSION, identity=to_json(lock.identity))
    parts = lock.rows, lock.collection_rows, lock.exported, lock.made, lock.acknowledged
    text = header + render_rows(*parts)
    data = text.encode("utf-8")
    return data.replace(b"\n", b"\r\n") if before and b"\r\n" in before else data


def write_lock(path: Path, lock: LockFile, expected: bytes | None) -> None:
    """Replace the lock file at `path`, which must still hold `expected`; keep its line ends.

    Nothing is written when it already says what `lock` says (see `replace_file` for the rest).
    """
    replace_file(path, render_lock(lock, expected), expected)


def lock_hash(data: bytes | None) -> str:
    """Return what the journal names a lock file by; None is a lock file that does not exist."""
    return "" if data is None else blake2b(data, digest_size=16).hexdigest()


def read_lock(data: bytes, path: Path = Path(LOCK_FILE)) -> LockFile:
    """Read the bytes of a lock file, folding conflict marks and doubled rows.

    Raises `BadLockFile`, with the line in `path`, for anything else that zoterodigest did not
    write, and for the conflict that it cannot fold: links with two different libraries.
    """
    try:
        # The two sides are parted before anything is read: git marks lines, not paragraphs.
        one, other, ancestor = _sides(list(enumerate(_text_lines(data), start=1)))
        if one is other:
            return _lock(_read_side(one))
        _LOG.info("%s holds both sides of a git merge: they are folded", path)
        return _lock(_fold(_read_side(one), _read_side(other), _read_ancestor(ancestor)))
    except BadLine as error:
        raise BadLockFile(path, error) from error


def holds_conflict_marks(data: bytes | None) -> bool:
    """Tell whether git left conflict marks in these bytes of a lock file."""
    lines = (data or b"").splitlines()
    return any(line.startswith((b"<<<<<<<", b">>>>>>>")) for line in lines)


def names_library(data: bytes, identity: str) -> bool:
    """Tell whether the header of these bytes of a lock file names the library `identity`."""
    wanted = f"library {to_json(identity)}".encode()
    return any(line.strip() == wanted for line in data.splitlines()[:_LONGEST_HEADER])


def _text_lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(data.count(b"\n", 0, error.start) + 1, "it is no UTF-8") from error
    return [line.removesuffix("\r") for line in text.split("\n")]


class _LockPart(Enum):
    """Where a line stands in a file that git could not merge."""

    COMMON = auto()
    ONE = auto()
    ANCESTOR = auto()
    OTHER = auto()


_NEXT_PART = {
    (_LockPart.COMMON, "<"): _LockPart.ONE,
    (_LockPart.ONE, "|"): _LockPart.ANCESTOR,
    (_LockPart.ONE, "="): _LockPart.OTHER,
    (_LockPart.ANCESTOR, "="): _LockPart.OTHER,
    (_LockPart.OTHER, ">"): _LockPart.COMMON,
}


def _sides(lines: list[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the whole file as one side has it, as the other has it, and as it was before.

    Without conflicts all are `lines`; before is empty unless every conflict shows it (diff3 style).
    """
    texts: dict[_LockPart, list[Line]] = {part: [] for part in _LockPart}
    part, marks = _LockPart.COMMON, ""
    for number, line in lines:
        if mark := _MARK.fullmatch(line):
            if (part, mark[1]) not in _NEXT_PART:
                raise BadLine(number, "a conflict mark of git is out of place")
            part = _NEXT_PART[part, mark[1]]
            marks += mark[1]
            continue
        for side in texts if part is _LockPart.COMMON else (part,):
            texts[side].append((number, line))
    if part is not _LockPart.COMMON:
        raise BadLine(len(lines), "a conflict of git has no end")
    if not marks:
        return lines, lines, lines
    before = texts[_LockPart.ANCESTOR] if marks.count("|") == marks.count("<") else []
    return texts[_LockPart.ONE], texts[_LockPart.OTHER], before


@dataclass(frozen=True, slots=True)
class _GitSide:
    """One side's lock file: the line that names its library, the name, and what it holds."""

    number: int
    identity: str
    linked: LockContents = field(default_factory=LockContents)


def _read_side(lines: list[Line]) -> _GitSide:
    header: dict[str, Line] = {}
    body: list[Line] = []
    for number, line in lines:
        key, _, value = line.partition(" ")
        if key not in ("version", "library"):
            body += [] if line.startswith("#") else [(number, line)]
        elif header.setdefault(key, (number, value))[1] != value:
            raise BadLine(number, f"it names a second {key}", _TWO_LIBRARIES)
    if header.keys() != {"version", "library"}:
        raise BadLine(1, "it does not begin as zoterodigest writes it")
    if header["version"][1] != _VERSION:
        raise BadLine(header["version"][0], "its version is not known", _NEWER)
    return _GitSide(header["library"][0], _identity(header["library"]), read_rows(body))


def _identity(line: Line) -> str:
    try:
        return read_json_as(TEXT, line[1])
    except BadJson as error:
        raise BadLine(line[0], "its library cannot be read") from error


def _read_ancestor(lines: list[Line]) -> _GitSide:
    """Read the file as it was before both sides; what git could not put together is unknown."""
    try:
        return _read_side(lines)
    except BadLine:
        return _GitSide(0, "")


def _fold(one: _GitSide, other: _GitSide, ancestor: _GitSide) -> _GitSide:
    if one.identity != other.identity:
        raise BadLine(other.number, "its two sides name two libraries", _TWO_LIBRARIES)
    # No ancestor is not an empty one: an empty one would say that both sides have added all.
    known = [ancestor.linked] if ancestor.identity else []
    return _GitSide(one.number, one.identity, _folded(one.linked, other.linked, known))


def _folded(one: LockContents, other: LockContents, known: Sequence[LockContents]) -> LockContents:
    ancestor = known[0] if known else LockContents()
    return LockContents(
        fold_all(one.rows, other.rows, ancestor.rows, fold_rows),
        fold_all(
            one.collection_rows,
            other.collection_rows,
            ancestor.collection_rows,
            fold_collection_rows,
        ),
        fold_all(one.exported, other.exported, ancestor.exported, fold_exported),
        fold_made(one.made, other.made, [before.made for before in known]),
        fold_acknowledged(one.acknowledged, other.acknowledged, ancestor.acknowledged),
    )


def _lock(side: _GitSide) -> LockFile:
    linked = side.linked
    return LockFile(
        side.identity,
        tuple(linked.rows[key] for key in sorted(linked.rows)),
        tuple(linked.collection_rows[key] for key in sorted(linked.collection_rows)),
        sorted_entries(linked.exported),
        linked.made,
        sorted_acknowledged(linked.acknowledged),
    )


def merge_locks(one: bytes, other: bytes, ancestor: bytes, path: Path) -> bytes:
    """Return what two lock files say together; `ancestor` is the one that both come from.

    An ancestor that is empty or cannot be read is not known; then a base on which the two differ is
    forgotten. The line ends are those of `one`. Raises `BadLockFile`, by its `path`, for what is no
    lock file, and for links with two libraries.
    """
    sides = [_plain(one, path), _plain(other, path)]
    before = f"||||||| before\n{known}" if (known := _known(ancestor, path)) else ""
    text = f"<<<<<<< one\n{sides[0]}{before}=======\n{sides[1]}>>>>>>> other\n"
    return render_lock(read_lock(text.encode(), path), one)


def _plain(data: bytes, path: Path) -> str:
    """Return a lock file as we write it, without conflict marks that were committed with it."""
    return render_lock(read_lock(data, path)).decode()


def _known(ancestor: bytes, path: Path) -> str:
    try:
        return _plain(ancestor, path) if ancestor else ""
    except BadLockFile:
        return ""
