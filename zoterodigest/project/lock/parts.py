"""A lock file in parts: the bytes of each row, without reading what it says.

A run in which little changed needs few rows. It compares the bytes of all of them, reads those that
it needs by `LockParts.read`, and writes those that it changed by `changed_lock`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from zoterodigest.core.links.link import CollectionRow, LockFile, LockRow
from zoterodigest.core.values.file_keys import SourceKey, source_key
from zoterodigest.frozen import dataclass
from zoterodigest.project.lock.lock import (
    LOCK_FILE,
    holds_conflict_marks,
    is_earlier,
    read_lock,
    render_lock,
    with_line_ends,
)
from zoterodigest.project.lock.named import names_of_digests
from zoterodigest.project.lock.paragraphs import COLLECTION
from zoterodigest.project.lock.words import text_of, word
from zoterodigest.regex import lazy_regex

_GAP = b"\n\n"
_ITEM = lazy_regex(rb"\ndigest ([^ \n]+)[^\n]*\n(?:identifiers [^\n]*\n)?item ([^ \n]+)")
_COLLECTION = COLLECTION.encode()


@dataclass(frozen=True, slots=True)
class LockParts:
    """The paragraphs of a lock file, with line ends of one byte; equal bytes say the same.

    `rows` holds the paragraphs of the links by row ID, which is their first line. `above` are the
    header and the collection rows. `below` is what exports wrote, and acknowledged reports.
    """

    above: Sequence[bytes]
    rows: Mapping[str, bytes]
    below: Sequence[bytes]

    def read(
        self,
        ids: Iterable[str],
        path: Path = Path(LOCK_FILE),
        passed_over: Set[SourceKey] = frozenset(),
    ) -> LockFile:
        """Read the rows with these IDs, and all that is no row.

        Of collection rows of digests that are `passed_over`, if no such row links with them, two
        stand for all that say the same.
        Raises `BadLockFile`, with a line that counts these parts only: `read_lock` gives the right
        line.
        """
        rows = [self.rows[row_id] for row_id in sorted(set(ids))]
        above = self.above
        if passed_over:
            above = _without_alike(above, passed_over - names_of_digests(_GAP.join(rows)))
        return read_lock(_joined(above, rows, self.below), path)


# Each of 5,000 notes has a row for the collection that all share: to read all of them, and to look
# through them in each step of a run, took 7 % of a sync of one edit.
def _without_alike(above: Sequence[bytes], passed_over: Set[str]) -> list[bytes]:
    """Return what stands above rows, but of collection rows of these digests that say the same only
    the first and the last.

    Whose collection it is is told by both, whichever row counts, and by one if the other's digest
    is read after all.
    """
    kept, first, last = set[int](), dict[bytes, int](), dict[bytes, int]()
    for at, paragraph in enumerate(above):
        head, _, said = paragraph.partition(b"\n")
        if _digest_alone(head) in passed_over:
            first.setdefault(said, at)
            last[said] = at
        else:
            kept.add(at)
    return [above[at] for at in sorted({*kept, *first.values(), *last.values()})]


def _digest_alone(head: bytes) -> str:
    """Return the digest whose own collection a paragraph is about; "" for one of a heading."""
    name = head.removeprefix(_COLLECTION).decode("utf-8", "replace")
    with suppress(ValueError):
        return "" if " " in name else text_of(name) if "%" in name else name
    return ""


# A run that looks at a part asks before it plans, and again when it writes: 10,000 rows take 60 ms.
@lru_cache(maxsize=1)
def lock_parts(data: bytes) -> LockParts | None:
    """Return the parts of a lock file; None if its paragraphs aren't as zoterodigest writes them.

    Only `read_lock` understands conflict marks of git, doubled rows, missing blank lines, and rows
    of an earlier version, which are written anew with the first row that changes.
    """
    if holds_conflict_marks(data) or is_earlier(data):
        return None
    text = data.replace(b"\r\n", b"\n").removesuffix(b"\n")
    paragraphs = text.split(_GAP)
    heads = [paragraph.partition(b"\n")[0] for paragraph in paragraphs]
    # A line without a blank is the ID of a row, which begins a paragraph, or blank.
    lone = sum(b" " not in line for line in text.split(b"\n"))
    start = 1 + sum(head.startswith(_COLLECTION) for head in heads)
    end = start + lone - (len(paragraphs) - 1)
    ids = [head.decode("utf-8", "replace") for head in heads[start:end] if b" " not in head]
    if len(ids) != end - start or len(set(heads)) < len(heads):
        return None
    rows = dict(zip(ids, paragraphs[start:end], strict=True))
    return LockParts(paragraphs[:start], rows, paragraphs[end:])


def linked_sources(data: bytes, path: Path = Path(LOCK_FILE)) -> frozenset[SourceKey]:
    """Return the digests and bibliographies that have a row in the lock file `data`.

    Raises `BadLockFile` if no row can be read. Whoever reads the rows reports other damage.
    """
    # Rows that are there twice are folded, and one of two may name another digest.
    names = names_of_digests(data) if lock_parts(data) is not None else set()
    if not names:
        return frozenset(row.digest for row in read_lock(data, path).rows)
    return frozenset(map(source_key, names))


def rows_in_digest(
    data: bytes | None, source: str, path: Path = Path(LOCK_FILE)
) -> tuple[LockRow, ...]:
    """Return the rows of one digest or bibliography in the lock file `data`; read no other row.

    There are none without a lock file (None). Raises `BadLockFile`.
    """
    if data is None:
        return ()
    parts = lock_parts(data)
    if parts is None:
        return tuple(row for row in read_lock(data, path).rows if row.digest == source)
    # Behind the name stand the prints of the headings, if the entry has any.
    lines = [f"\ndigest {word(source)}{end}".encode() for end in ("\n", " ")]
    ids = (one for one, text in parts.rows.items() if any(it in text + b"\n" for it in lines))
    return parts.read(ids, path).rows


def items_of_files(
    data: bytes | None, path: Path = Path(LOCK_FILE)
) -> Iterator[tuple[SourceKey, str]]:
    """Yield each file of the lock file `data` that has a link, and the key of the item it links.

    There are none without a lock file (None). Raises `BadLockFile`.
    """
    if data is None:
        return
    parts = lock_parts(data)
    if parts is None:
        rows = read_lock(data, path).rows
        yield from ((row.digest, row.item) for row in rows if row.is_linked)
        return
    # 5,000 rows take 10 ms, to read them 250 ms.
    for text in parts.rows.values():
        found = _ITEM.search(text)
        if found and b"\nstate " not in text:
            digest, item = (one.decode("utf-8", "replace") for one in found.groups())
            yield source_key(text_of(digest)), item


def changed_lock(data: bytes | None, before: LockFile, after: LockFile) -> bytes | None:
    """Return the lock file `data`, which says `before`, as it is when it says `after`.

    `data` are None if there is no lock file.

    Both may hold the same part of the rows and collection rows, as `LockParts.read` gives it. Rows
    that neither names stay, and so do the bytes of rows that are equal in both. All else must be
    whole.
    """
    if before == after:
        return data
    parts = None if data is None else lock_parts(data)
    known = {row.id: row for row in before.rows}
    if parts is None or not known.keys() <= parts.rows.keys():
        return render_lock(after, data)
    has_same = {*before.collection_rows} == {*after.collection_rows}
    if not has_same and len(before.collection_rows) < len(parts.above) - 1:
        after = replace(after, collection_rows=_collection_rows(parts, before, after))
    same = {row.id for row in after.rows if known.get(row.id) == row}
    kept = [text for row_id, text in parts.rows.items() if row_id in same or row_id not in known]
    changed = tuple(row for row in after.rows if row.id not in same)
    new = lock_parts(render_lock(replace(after, rows=changed)))
    assert new is not None, "what is rendered has parts"
    # Their first line sorts paragraphs by row ID: a line end sorts before any sign of an ID.
    rows = sorted([*kept, *new.rows.values()])
    above = [*new.above[:1], *parts.above[1:]] if has_same else new.above
    return with_line_ends(_joined(above, rows, new.below), data)


def _collection_rows(
    parts: LockParts, before: LockFile, after: LockFile
) -> tuple[CollectionRow, ...]:
    """Return the collection rows of `after`, with those that are neither there nor in `before`."""
    known = {row.place for row in (*before.collection_rows, *after.collection_rows)}
    others = (row for row in parts.read(()).collection_rows if row.place not in known)
    return (*after.collection_rows, *others)


def _joined(*parts: Sequence[bytes]) -> bytes:
    return _GAP.join(paragraph for part in parts for paragraph in part) + b"\n"
