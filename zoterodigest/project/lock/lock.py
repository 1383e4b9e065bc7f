"""The lock file `zoterodigest.lock`: the links, committed, so that every machine has them.

A header, then paragraphs (`project/lock/rows.py` shows them). It is read with git's conflict
markers in it too, and with doubled rows: both sides are folded
(`project/lock/fold.py`).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from zoterodigest.core.links.link import LockFile
from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import TEXT, BadJson, read_json_as
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import read_if_present, replace_file
from zoterodigest.project.lock.fold import Held, HeldKey, fold_all
from zoterodigest.project.lock.paragraphs import BadLine
from zoterodigest.project.lock.rows import contents_of, read_rows, render_rows
from zoterodigest.regex import lazy_regex

_LOG = logging.getLogger(__name__)

LOCK_FILE = "zoterodigest.lock"

HEADER = """\
# The links that zoterodigest made: commit this file, do not edit it. If git leaves conflict marks
# in it, run zoterodigest: it reads both sides and puts the file in order.
version {version}
library {identity}
"""
_LONGEST_HEADER = 20
"""Lines, with conflict marks of git among them."""

_VERSION = "2"
_VERSIONS = frozenset({"1", _VERSION})
"""What this program reads. The lines tell their version, whatever the header says."""
_UPGRADED = (
    "%s is now in version 2, with rows of half the length. Earlier versions of zoterodigest can't"
    " read it: upgrade zoterodigest wherever this file is used."
)
_NEWER = "Install the newest zoterodigest: this file was written by a later one."
_TWO_LIBRARIES = (
    "Links with two libraries cannot be put together: keep one side's file "
    "(git checkout --ours or --theirs)."
)
_MARK = lazy_regex(r"([<|=>])\1{6}(?: .*)?")


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


def render_lock(lock: LockFile, before: bytes | None = None) -> bytes:
    """Return the bytes of `lock`, the same for equal locks; `read_lock` gives it back.

    The line ends are those of the file `before`.
    """
    header = HEADER.format(version=_VERSION, identity=_to_json(lock.identity))
    return with_line_ends((header + render_rows(lock)).encode("utf-8"), before)


def _to_json(text: str) -> str:
    """Return `text` as JSON on one line; a text that is not all printable is escaped."""
    # Line separators and control characters are escaped: git and terminals act on them.
    plain = json.dumps(text, ensure_ascii=False)
    return plain if plain.isprintable() else json.dumps(text)


def with_line_ends(data: bytes, before: bytes | None) -> bytes:
    """Return `data`, which has line ends of one byte, with the line ends of the file `before`."""
    # git may check the file out with CRLF: with other line ends every line would differ.
    return data.replace(b"\n", b"\r\n") if before and b"\r\n" in before else data


def write_lock(path: Path, data: bytes, expected: bytes | None) -> None:
    """Replace the lock file at `path`, which must still hold `expected`, by `data`.

    Nothing is written when it already holds them (see `replace_file` for the rest). The log says if
    it was of an earlier version.
    """
    replace_file(path, data, expected)
    if expected is not None and is_earlier(expected) and not is_earlier(data):
        _LOG.warning(_UPGRADED, path.name)


def is_earlier(data: bytes) -> bool:
    """Tell whether an earlier version wrote a lock file, or part of one that git merged."""
    # Only rows of version 1 have an item in quotes, and each has one.
    return data.startswith(b"version 1") or any(
        sign in data for sign in (b"\nversion 1", b'\nitem "')
    )


def lock_hash(data: bytes | None) -> str:
    """Return what the journal names a lock file by; None is a lock file that does not exist."""
    return "" if data is None else blake2b(data, digest_size=16).hexdigest()


# A command may ask twice, first for its digests and then for its links: 10,000 rows take 0.8 s.
@lru_cache(maxsize=1)
def read_lock(data: bytes, path: Path = Path(LOCK_FILE)) -> LockFile:
    """Read the bytes of a lock file, folding conflict marks and doubled rows.

    Raises `BadLockFile`, with the line in `path`, for anything else that zoterodigest did not
    write, and for the conflict that it cannot fold: links with two different libraries.
    """
    try:
        side = _read(data, path)
        return contents_of(side.held, side.identity)
    except BadLine as error:
        raise BadLockFile(path, error) from error


def lock_at(path: Path) -> LockFile | None:
    """Read the lock file at `path`; None if there is none. Raises `BadLockFile`."""
    data = read_if_present(path)
    return None if data is None else read_lock(data, path)


def merge_locks(one: bytes, other: bytes, ancestor: bytes, path: Path) -> bytes:
    """Return what two lock files say together; `ancestor` is the one that both come from.

    An ancestor that is empty or cannot be read is not known; then a base on which the two differ is
    forgotten. The line ends are those of `one`. Raises `BadLockFile`, by its `path`, for what is no
    lock file, and for links with two libraries.
    """
    try:
        known: Mapping[HeldKey, Held] = {}
        with suppress(BadLine):
            known = _read(ancestor, path).held
        side = _folded(_read(one, path), _read(other, path), known)
    except BadLine as error:
        raise BadLockFile(path, error) from error
    if is_earlier(one) and is_earlier(other):
        _LOG.warning(_UPGRADED, path.name)
    return render_lock(contents_of(side.held, side.identity), one)


def holds_conflict_marks(data: bytes | None) -> bool:
    """Tell whether git left conflict marks in these bytes of a lock file."""
    # Each run asks several times: 10,000 rows have 110,000 lines, which took 21 ms a time.
    if data is None or not (b"<<<<<<<" in data or b">>>>>>>" in data):
        return False
    return any(line.startswith((b"<<<<<<<", b">>>>>>>")) for line in data.splitlines())


def names_library(data: bytes, identity: str) -> bool:
    """Tell whether the header of these bytes of a lock file names the library `identity`."""
    wanted = f"library {_to_json(identity)}".encode()
    return any(
        line.strip() == wanted for line in data.split(b"\n", _LONGEST_HEADER)[:_LONGEST_HEADER]
    )


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(data.count(b"\n", 0, error.start) + 1, "it is no UTF-8") from error
    # An editor of Windows may have put a byte order mark before it.
    return text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\r")


NumberedLine = tuple[int, str]
"""The 1-based number of a line and its text without the line end."""

_NEXT_MARK = {">": "<", "<": "|=", "|": "=", "=": ">"}
"""Which of git's conflict marks may follow which."""


def _sides(
    lines: list[NumberedLine],
) -> tuple[list[NumberedLine], list[NumberedLine], list[NumberedLine]]:
    """Return the whole file as one side has it, as the other has it, and as it was before.

    Without conflicts all are `lines`; before is empty unless every conflict shows it (diff3 style).
    """
    sides: dict[str, list[NumberedLine]] = {"<": [], "=": [], "|": []}
    at, marks = ">", ""
    for number, line in lines:
        if mark := _MARK.fullmatch(line):
            if mark[1] not in _NEXT_MARK[at]:
                raise BadLine(number, "a conflict mark of git is out of place")
            at = mark[1]
            marks += at
            continue
        for side in sides.values() if at == ">" else (sides[at],):
            side.append((number, line))
    if at != ">":
        raise BadLine(len(lines), "a conflict of git has no end")
    if not marks:
        return lines, lines, lines
    return sides["<"], sides["="], sides["|"] if marks.count("|") == marks.count("<") else []


@dataclass(frozen=True, slots=True)
class _GitSide:
    """One side's lock file: the line that names its library, the name, and what it holds."""

    number: int
    identity: str
    held: Mapping[HeldKey, Held]


def _read(data: bytes, path: Path) -> _GitSide:
    text = _text(data)
    if not any(sign * 7 in text for sign in _NEXT_MARK):
        return _read_text(text)
    # The two sides are parted before anything is read: git marks lines, not paragraphs.
    one, other, ancestor = _sides(list(enumerate(text.split("\n"), start=1)))
    if one is other:
        return _read_text(text)
    _LOG.info("%s holds both sides of a git merge: they are folded", path)
    known: Mapping[HeldKey, Held] = {}
    with suppress(BadLine):  # what git could not put together is unknown
        known = _read_side(ancestor).held
    return _folded(_read_side(one), _read_side(other), known)


def _read_side(lines: list[NumberedLine]) -> _GitSide:
    """Read one side of a git merge; its lines keep the numbers that they have in the file."""
    numbers = [number for number, _ in lines] or [1]
    try:
        side = _read_text("\n".join(line for _, line in lines))
    except BadLine as error:
        raise BadLine(numbers[error.number - 1], error.reason, error.hint) from error
    return replace(side, number=numbers[side.number - 1])


_NO_ROW = lazy_regex(r"^(?:#.*|(version|library)(?: (.*))?)$", re.M)
"""A comment, or a line of the header: a merge of git may leave either anywhere."""


def _read_text(text: str) -> _GitSide:
    versions: list[NumberedLine] = []
    libraries: list[NumberedLine] = []
    kept, end = list[str](), 0
    for found in _NO_ROW.finditer(text):
        kept.append(text[end : found.start()])
        end = found.end()
        if found[1]:
            number = text.count("\n", 0, end) + 1
            (versions if found[1] == "version" else libraries).append((number, found[2] or ""))
    if not versions or not libraries:
        raise BadLine(1, "it does not begin as zoterodigest writes it")
    for number, version in versions:
        if version not in _VERSIONS:
            raise BadLine(number, "its version is not known", _NEWER)
    for number, library in libraries:
        if library != libraries[0][1]:
            raise BadLine(number, "it names a second library", _TWO_LIBRARIES)
    # The lines stay, blank: all others keep their numbers.
    rows = read_rows("".join((*kept, text[end:])))
    return _GitSide(libraries[0][0], _identity(libraries[0]), rows)


def _identity(line: NumberedLine) -> str:
    try:
        return read_json_as(TEXT, line[1])
    except BadJson as error:
        raise BadLine(line[0], "its library cannot be read") from error


def _folded(one: _GitSide, other: _GitSide, known: Mapping[HeldKey, Held]) -> _GitSide:
    if one.identity != other.identity:
        raise BadLine(other.number, "its two sides name two libraries", _TWO_LIBRARIES)
    return _GitSide(one.number, one.identity, fold_all(one.held, other.held, known))
