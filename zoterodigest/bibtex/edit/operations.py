"""Changes to a .bib as edits of its bytes: entries added and taken out, and all of it verified."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from zoterodigest.bibtex.export.bib_style import BibStyle, delimited, learnt
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.reading import StandingEntry, standing_entries
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import (
    Bibliography,
    CommentTile,
    Delimiter,
    EntryTile,
    Tile,
)
from zoterodigest.core.values.span import Edit, OverlappingEdits, Span, splice
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


class CannotBeWritten(ValueError):
    """A change that cannot be made without touching something else; the text says why."""


UNREADABLE = "it would not read back as written"


@dataclass(frozen=True, slots=True, order=True)
class DeclinedBibEdit:
    """What was asked for and not done: of the entry `key` the field `field`, or ("") all of it."""

    key: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit of a .bib: `entry` is what then stands there as an entry, b"" if none does.

    `at` is where the entry stands in the old file, or where the next one does.
    """

    key: str
    edit: Edit
    at: int
    entry: bytes
    is_new: bool = False


class BibContext:
    """A .bib as it stands, and what writing into it needs to know of it."""

    def __init__(self, bibliography: Bibliography) -> None:
        self.bibliography = bibliography
        self._is_utf8 = not _NOT_UTF8.search(bibliography.source.decode("utf-8", "surrogateescape"))
        comments = (tile for tile in bibliography.tiles if isinstance(tile, CommentTile))
        self._comments = {comment.span.start: comment for comment in comments}

    @cached_property
    def manner(self) -> BibStyle:
        """The manner of most of its entries."""
        # An export that changes nothing asks for none: to learn it took a seventh of that.
        return learnt(self.bibliography, self.bibliography.entries)

    def encoded(self, text: str) -> bytes:
        """Return `text` in the file's encoding; only ASCII goes into one that is not UTF-8."""
        if not self._is_utf8 and not _NOT_UTF8.sub("", text).isascii():
            raise CannotBeWritten("it needs more than ASCII, and the file is not in UTF-8")
        return text.encode("utf-8", "surrogateescape")

    def end_of_line(self, entry: EntryTile) -> int:
        """Return where the comment ends that follows `entry` on its line, else its own end."""
        end = entry.span.end
        following = self._comments.get(end)
        if following is None:
            return end
        rest = self.bibliography.source[end : following.span.end]
        line = _LINE_END.split(rest, maxsplit=1)[0]
        is_whole = len(line) < len(rest) or following.span.end == len(self.bibliography.source)
        return end + len(line) if line.strip() and is_whole else end


def bib_removal(bibliography: Bibliography, entry: EntryTile) -> Operation:
    """Take an entry out, with the line ends and blanks that part it from what is before."""
    source, end = bibliography.source, entry.span.end
    start = _before_blanks(source, entry.span.start)
    if line_end := _LINE_END.search(source, start, entry.span.start):
        start = line_end.start()
    if source[: min(start, 4)] in (b"", _BOM):
        start, end = entry.span.start, len(source) - len(source[end:].lstrip())
    return Operation(bibliography.key(entry), Edit(Span(start, end), b""), entry.span.start, b"")


class Places:
    """Where new entries go: behind the last one, or where they belong in a file sorted by key.

    The entries that start at `leaving` are going to be taken out.
    """

    def __init__(self, standing: BibContext, leaving: frozenset[int]) -> None:
        self._standing = standing
        entries = standing.bibliography.entries
        self._entries = [one for one in entries if one.span.start not in leaving]
        self._leaving = [one for one in entries if one.span.start in leaving]
        self._keys = [standing.bibliography.key(one).casefold() for one in self._entries]
        self._is_begun = False
        self.is_sorted = len(self._keys) > 2 and self._keys == sorted(self._keys)

    def addition(self, wanted: BibEntry) -> Operation:
        """Add `wanted` as a new entry, written as its neighbours are."""
        entry = self._standing.encoded(self._standing.manner.entry(wanted))
        at, text = self._placed(wanted.key, entry)
        return Operation(wanted.key, Edit(Span(at, at), text), at, entry, is_new=True)

    def _placed(self, key: str, entry: bytes) -> tuple[int, bytes]:
        """Return where a new entry goes, and its text with what parts it from its neighbours."""
        bibliography, gap = self._standing.bibliography, self._standing.manner.gap.encode()
        count = len(self._entries)
        after = bisect_right(self._keys, key.casefold()) if self.is_sorted else count
        if after:
            return self._standing.end_of_line(self._entries[after - 1]), gap + entry
        starts = [one.span.start for one in self._entries[:1]]
        starts += [one.span.start for one in bibliography.broken[:1]]
        if starts:
            return min(starts), entry + gap
        if self._leaving:
            return self._in_place_of_all(entry, gap)
        end = _before_blanks(bibliography.source, len(bibliography.source))
        if bibliography.source[: min(end, 4)] not in (b"", _BOM):
            return end, gap + entry
        return len(bibliography.source), self._as_begun(entry, gap)

    def _in_place_of_all(self, entry: bytes, gap: bytes) -> tuple[int, bytes]:
        """Return where a new entry goes if every other one is taken out: behind the last."""
        bibliography = self._standing.bibliography
        at = bib_removal(bibliography, self._leaving[-1]).edit.span.end
        rest = bibliography.source[at:]
        if rest and not _LINE_END.match(rest):
            return at, entry + gap
        others = [tile.span for tile in bibliography.tiles if not isinstance(tile, EntryTile)]
        texts = (bibliography.source[one.start : one.end] for one in others if one.start < at)
        is_behind = any(text.removeprefix(_BOM).strip() for text in texts)
        if not rest and not is_behind:
            return at, self._as_begun(entry, gap)
        text = gap + entry if is_behind or self._is_begun else entry
        self._is_begun = True
        return at, text

    def _as_begun(self, entry: bytes, gap: bytes) -> bytes:
        """Return the text of an entry at the end of a file in which no other one stands before."""
        line_end = b"\r\n" if gap.startswith(b"\r\n") else b"\n"
        text = (line_end if self._is_begun else b"") + entry + line_end
        self._is_begun = True
        return text


def verified(
    bibliography: Bibliography, operations: Sequence[Operation]
) -> tuple[bytes, tuple[Operation, ...]]:
    """Return the new bytes, and the operations that had to be dropped.

    All are applied that leave every other entry and broken region as it is. The result is read
    again; what does not come out as asked is found by halving, and dropped.
    """
    kept = _settled(bibliography, operations, ())
    source = _applied(bibliography, kept)
    assert source is not None, "what was kept has been applied before"
    standing = frozenset(kept)
    return source, tuple(one for one in operations if one not in standing)


_LINE_END = lazy_regex(rb"[\r\n]")
_NOT_UTF8 = lazy_regex("[\udc80-\udcff]")
_BOM = b"\xef\xbb\xbf"


def _before_blanks(source: bytes, end: int) -> int:
    """Return where the run of blanks begins that ends at `end`."""
    while end and source[end - 1 : end].isspace():
        end -= 1
    return end


def _settled(
    bibliography: Bibliography, wanted: Sequence[Operation], kept: tuple[Operation, ...]
) -> tuple[Operation, ...]:
    together = (*kept, *wanted)
    if not wanted or _is_sound(bibliography, together):
        return together
    if len(wanted) == 1:
        return kept
    # Halving: most files need one reading, and one bad operation among n about log n of them.
    middle = len(wanted) // 2
    kept = _settled(bibliography, wanted[:middle], kept)
    return _settled(bibliography, wanted[middle:], kept)


def _applied(bibliography: Bibliography, operations: Sequence[Operation]) -> bytes | None:
    edits: list[Edit] = []
    for edit in sorted((one.edit for one in operations), key=lambda edit: edit.span):
        if edits and edits[-1].span.end > edit.span.start and not edit.new:
            # Two entries taken out side by side share the blanks between them.
            edit = Edit(Span(edits[-1].span.end, edit.span.end), b"")
        edits.append(edit)
    try:
        return splice(bibliography.source, edits)
    except OverlappingEdits:
        return None


def _is_sound(bibliography: Bibliography, operations: Sequence[Operation]) -> bool:
    source = _applied(bibliography, operations)
    if source is None:
        return False
    after = scan(source)
    is_expected = _bytes_of(after, after.entries) == _expected(bibliography, operations)
    return is_expected and _broken_texts(after) == _broken_texts(bibliography)


def _broken_texts(bibliography: Bibliography) -> list[bytes]:
    return [text.rstrip() for text in _bytes_of(bibliography, bibliography.broken)]


def _bytes_of(bibliography: Bibliography, tiles: Iterable[Tile]) -> list[bytes]:
    return [bibliography.source[one.span.start : one.span.end] for one in tiles]


def _expected(bibliography: Bibliography, operations: Iterable[Operation]) -> list[bytes]:
    """Return the entries that should stand in the new file, in order."""
    starts = [one.span.start for one in bibliography.entries]
    standing = dict(zip(starts, _bytes_of(bibliography, bibliography.entries), strict=True))
    standing |= {one.at: one.entry for one in operations if not one.is_new}
    # New entries come before the one that stands where they are put.
    new = [(one.at, 0, one.entry) for one in operations if one.is_new]
    placed = [*new, *((at, 1, entry) for at, entry in standing.items())]
    return [entry for _, _, entry in sorted(placed, key=lambda each: each[:2]) if entry]


TYPE = ""
"""What stands for an entry's type among the names of its fields."""


def rewriting(
    context: BibContext, entry: StandingEntry, wanted: BibEntry, changed: frozenset[str]
) -> Operation:
    """Give the fields named in `changed` of a standing entry the values they have in `wanted`.

    A name that is not in `wanted` is taken out; `TYPE` stands for the entry's type. The new entry
    is read again: raises `CannotBeWritten` if anything does not come out as asked or as it stood.
    """
    source, tile = entry.bibliography.source, entry.tile
    # The entry's own manner goes before that of the file: one entry may be written in another.
    manner = learnt(entry.bibliography, [tile], context.manner)
    values = dict(wanted.fields)
    chunks = [
        _rewritten(chunk, values, manner) if chunk.name in changed else chunk
        for chunk in _chunks(entry)
        if not _leaves(chunk, changed, values)
    ]
    _insert(chunks, wanted, changed - entry.fields.keys(), manner)
    middle = "".join(f"{chunk.separator}{chunk.named}{chunk.value}" for chunk in chunks)
    new_type = f"@{manner.type(wanted.entry_type)}".encode() if TYPE in changed else b""
    head = source[tile.type.end if new_type else tile.span.start : tile.key.end]
    last = tile.fields[-1].value.end if tile.fields else tile.key.end
    new = new_type + head + context.encoded(middle) + source[last : tile.span.end]
    kept = {name: value for name, value in _values(entry).items() if name not in changed}
    asked = kept | {name: values[name] for name in changed if name in values}
    if [_values(one) for one in standing_entries(scan(new))] != [asked]:
        raise CannotBeWritten(UNREADABLE)
    return Operation(entry.key, Edit(tile.span, new), tile.span.start, new)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A field of an entry: the separator before it, its comma included; its name and sign; value.

    `name` is "?" for the second field of one name, which no program reads.
    """

    name: str
    separator: str
    named: str
    value: str
    delimiter: Delimiter | None = None


_NUMBER = lazy_regex(r"\d+")


def _chunks(entry: StandingEntry) -> Iterator[_Chunk]:
    text, fields, cursor = entry.bibliography.text, entry.fields, entry.tile.key.end
    for each in entry.tile.fields:
        name, value = text(each.name).lower(), each.value
        yield _Chunk(
            name if fields[name] is each else "?",
            text(Span(cursor, each.name.start)),
            text(Span(each.name.start, value.start)),
            text(value),
            each.pieces[0].delimiter if len(each.pieces) == 1 else None,
        )
        cursor = value.end


def _leaves(chunk: _Chunk, changed: frozenset[str], values: Mapping[str, str]) -> bool:
    """Tell whether a field is to be taken out; what a comment stands beside cannot be."""
    if chunk.name not in changed or chunk.name in values:
        return False
    if chunk.separator.strip() != ",":
        raise CannotBeWritten(f"a comment stands before the field {chunk.name}")
    return True


def _rewritten(chunk: _Chunk, values: Mapping[str, str], manner: BibStyle) -> _Chunk:
    value = values[chunk.name]
    wanted = chunk.delimiter or manner.delimiter
    if wanted is Delimiter.BARE and not _NUMBER.fullmatch(value) and chunk.name != "month":
        wanted = manner.delimiter
    return _Chunk(chunk.name, chunk.separator, chunk.named, delimited(value, wanted))


def _values(entry: StandingEntry) -> dict[str, str]:
    """Return the values of an entry as they stand, without delimiters where there is one piece."""
    text = entry.bibliography.text
    return {
        name: text(each.pieces[0].inner if len(each.pieces) == 1 else each.value)
        for name, each in entry.fields.items()
    }


def _insert(
    chunks: list[_Chunk], wanted: BibEntry, names: frozenset[str], manner: BibStyle
) -> None:
    """Put each of `names` behind the field that it follows in `wanted`."""
    plain = [each.separator for each in chunks if each.separator.strip() == ","]
    separator = plain[-1] if plain else f",{manner.lead}"
    # A field goes behind the last of those before it in `wanted` that the entry has.
    earlier: set[str] = set()
    for name, value in wanted.fields:
        if name in names:
            places = [at for at, chunk in enumerate(chunks, 1) if chunk.name in earlier]
            chunk = _Chunk(name, separator, "", manner.field(name, value))
            chunks.insert(places[-1] if places else 0, chunk)
        earlier.add(name)
