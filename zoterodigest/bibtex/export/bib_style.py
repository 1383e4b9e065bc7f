"""The manner in which a .bib is written, learnt from its entries, and new text written in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeVar

from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.tiles.tiles import Bibliography, CommentTile, Delimiter, EntryTile
from zoterodigest.core.values.span import Span
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Case = Callable[[str], str]
"""How names of one sort are mostly written: `str.lower`, `str.capitalize` or `str.upper`."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands round the `=` of a field.

    Where signs or values stand in one column, `sign_column` or `value_column` is where they do,
    counted from the name's start; else it is 0.
    """

    before: str = " "
    after: str = " "
    sign_column: int = 0
    value_column: int = 0

    def text(self, name: str) -> str:
        """Return the sign with its blanks, as it stands behind `name`."""
        before, after = self.before, self.after
        if self.sign_column:
            before = " " * max(self.sign_column - len(name), 1)
        elif self.value_column:
            after = " " * max(self.value_column - len(name) - len(before) - 1, 1)
        return f"{before}={after}"


@dataclass(frozen=True, slots=True)
class BibStyle:
    """How entries are written: what stands before a field, at the end, and between entries.

    `spellings` are the types and names as they are written in the file, by their lower case.
    """

    lead: str = "\n  "
    sign: Sign = Sign()
    delimiter: Delimiter = Delimiter.BRACES
    has_bare_numbers: bool = False
    tail: str = ",\n"
    gap: str = "\n\n"
    opener: str = "{"
    type_case: Case = str.lower
    name_case: Case = str.lower
    spellings: Mapping[str, str] = field(default_factory=dict)

    def entry(self, entry: BibEntry) -> str:
        """Return a whole entry, without a line end behind it."""
        return self.enclosed(
            entry, [f",{self.lead}{self.field(name, value)}" for name, value in entry.fields]
        )

    def enclosed(self, entry: BibEntry, fields: Iterable[str]) -> str:
        """Return a whole entry whose `fields` are written already, each with what is before it."""
        closer = "}" if self.opener == "{" else ")"
        head = f"@{self.type(entry.entry_type)}{self.opener}{entry.key}"
        return f"{head}{''.join(fields)}{self.tail}{closer}"

    def field(self, name: str, value: str) -> str:
        """Return a new field; `value` is TeX as it stands between delimiters."""
        spelt = self.spellings.get(name.lower()) or self.name_case(name)
        is_bare = self.has_bare_numbers and value.isascii() and value.isdecimal()
        wanted = Delimiter.BARE if is_bare or name == "month" else self.delimiter
        return f"{spelt}{self.sign.text(spelt)}{delimited(value, wanted)}"

    def type(self, name: str) -> str:
        """Return an entry's type as the file would write it."""
        return self.spellings.get(name.lower()) or self.type_case(name)


def write_bib(entries: Iterable[BibEntry]) -> str:
    """Return the text of a new .bib with `entries` in their order, parted by blank lines."""
    return "".join(bib_entries(entries))


def bib_entries(entries: Iterable[BibEntry]) -> Iterator[str]:
    """Yield the text of a new .bib by entries, each with its line end and the blank line before."""
    usual = BibStyle()
    # What stands before a value is made once for each name, not for each field (an export: 8 %).
    openings = _Openings(usual)
    blank_line = ""
    for entry in entries:
        fields = [openings.field(name, value) for name, value in entry.fields]
        yield f"{blank_line}{usual.enclosed(entry, fields)}\n"
        blank_line = "\n"


class _Openings(dict[str, str]):
    """What stands before the value of each field in the manner `style`, filled as met."""

    def __init__(self, style: BibStyle) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, name: str) -> str:
        self[name] = opening = f",{self._style.lead}{self._style.field(name, '')}"[:-1]
        return opening

    def field(self, name: str, value: str) -> str:
        """Return a field with what stands before it; only a month can do without braces."""
        if name == "month":
            return f",{self._style.lead}{self._style.field(name, value)}"
        return f"{self[name]}{value}}}"


def delimited(value: str, wanted: Delimiter) -> str:
    """Return `value` between delimiters: those wanted if it can stand between them, else braces."""
    if wanted is Delimiter.BARE and _BARE.fullmatch(value):
        return value
    if wanted is Delimiter.QUOTES and '"' not in value:
        return f'"{value}"'
    return f"{{{value}}}"


def learnt(
    bibliography: Bibliography, entries: Sequence[EntryTile], known: BibStyle | None = None
) -> BibStyle:
    """Return the manner of most of `entries`; what they do not show is as `known` or usual."""
    manner = known or _usual(bibliography)
    samples = [_Sample(bibliography, entry) for entry in entries]
    fields = [each for sample in samples for each in sample.signs]
    types = [sample.type for sample in samples]
    names = [name for sample in samples for name, _, _ in sample.signs]
    return replace(
        manner,
        lead=_most((sample.lead for sample in samples), manner.lead),
        sign=_sign_of(fields) or manner.sign,
        delimiter=_most((one for each in samples for one in each.delimiters), manner.delimiter),
        has_bare_numbers=_most(
            (one for each in samples for one in each.bare_numbers), manner.has_bare_numbers
        ),
        tail=_most((sample.tail for sample in samples), manner.tail),
        gap=_most(_gaps(bibliography) if known is None else (), manner.gap),
        opener=_most((sample.opener for sample in samples), manner.opener),
        type_case=_most(map(_case, types), manner.type_case),
        name_case=_most(map(_case, names), manner.name_case),
        spellings={**manner.spellings, **_spellings([*types, *names])},
    )


_BARE = lazy_regex(r"\d+|[A-Za-z]{3,9}")
_BLANK = lazy_regex(r"[ \t]*")
_SPACE = lazy_regex(r"\s*")
Evidence = TypeVar("Evidence")


def _most(votes: Iterable[Evidence | None], usual: Evidence) -> Evidence:
    counted = Counter(vote for vote in votes if vote is not None)
    return counted.most_common(1)[0][0] if counted else usual


def _usual(bibliography: Bibliography) -> BibStyle:
    if b"\r\n" not in bibliography.source:
        return BibStyle()
    return BibStyle(lead="\r\n  ", tail=",\r\n", gap="\r\n\r\n")


def _case(name: str) -> Case:
    if name.isupper():
        return str.upper
    return str.capitalize if name[:1].isupper() else str.lower


def _spellings(written: Iterable[str]) -> Mapping[str, str]:
    # The last of two spellings wins, so the one that most entries have must come last.
    rare_first = reversed(Counter(written).most_common())
    return {spelling.lower(): spelling for spelling, _ in rare_first}


class _Sample:
    """What one entry shows of the manner; None where it shows nothing."""

    def __init__(self, bibliography: Bibliography, entry: EntryTile) -> None:
        text, fields = bibliography.text, entry.fields
        pieces = [each.pieces[0] for each in fields if len(each.pieces) == 1]
        last = fields[-1].value.end if fields else entry.key.end
        end = text(Span(last, entry.span.end - 1))
        opening = text(Span(entry.type.end, entry.key.start)).strip()
        self.type = text(entry.type)
        self.opener = opening[:1] or None
        self.lead = _lead(text(Span(entry.key.end, fields[0].name.start))) if fields else None
        # A comment behind the last field is no manner of writing: it shows nothing.
        self.tail = end if fields and _SPACE.fullmatch(end.replace(",", "", 1)) else None
        kinds = [(piece.delimiter, text(piece.inner).isdecimal()) for piece in pieces]
        self.delimiters = [kind for kind, _ in kinds if kind is not Delimiter.BARE]
        self.bare_numbers = [kind is Delimiter.BARE for kind, is_number in kinds if is_number]
        self.signs = [
            (text(each.name), *text(Span(each.name.end, each.value.start)).split("=", 1))
            for each in fields
        ]


def _lead(separator: str) -> str | None:
    """Return the blanks behind the comma that begins `separator`, if there is nothing else."""
    lead = separator.lstrip().removeprefix(",")
    return lead if _SPACE.fullmatch(lead) else None


def _sign_of(signs: Sequence[Sequence[str]]) -> Sign | None:
    plain = [
        (name, before, after)
        for name, before, after in signs
        if _BLANK.fullmatch(before) and _BLANK.fullmatch(after)
    ]
    if not plain:
        return None
    before = _most((one[1] for one in plain), " ")
    after = _most((one[2] for one in plain), " ")
    sign_at = _column([(len(name), len(name) + len(left)) for name, left, _ in plain])
    value_at = _column([(len(n), len(n) + len(left) + 1 + len(right)) for n, left, right in plain])
    return Sign(before, after, sign_at, 0 if sign_at else value_at)


def _column(ends: Sequence[tuple[int, int]]) -> int:
    """Return the column where most names of different length end alike, or 0."""
    # Names of one length end alike in any file: only different lengths show a column.
    column, count = Counter(end for _, end in ends).most_common(1)[0]
    lengths = {length for length, end in ends if end == column}
    return column if len(lengths) > 1 and 2 * count > len(ends) else 0


def _gaps(bibliography: Bibliography) -> Iterable[str]:
    tiles = bibliography.tiles
    for before, between, after in zip(tiles, tiles[1:], tiles[2:], strict=False):
        gap = bibliography.text(between.span) if isinstance(between, CommentTile) else ""
        is_between_entries = isinstance(before, EntryTile) and isinstance(after, EntryTile)
        if is_between_entries and _SPACE.fullmatch(gap) and ("\n" in gap or "\r" in gap):
            yield gap
