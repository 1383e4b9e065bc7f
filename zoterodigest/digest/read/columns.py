"""Columns: which slot each column of a table holds, by its name and, in general formats, its cells.

A name that the format lists decides. Of other names a word may tell (`Pub. & Date`), and the cells
must look so; a column of titles or of links is found by its cells alone, whatever its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from zoterodigest.core.values import dates
from zoterodigest.core.values.identity import is_paper_url
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.read.clues import NAMES_WORK
from zoterodigest.digest.read.codecs import are_authors
from zoterodigest.digest.read.references import find_links, holds_only_links, hyperlink
from zoterodigest.digest.read.shapes import is_date, says_nothing
from zoterodigest.digest.read.slots import decoded
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

REPEATABLE = ("code", "links", "tags", "ignored")
"""Two columns of one of these are both read; of others the second is a section, or nothing."""

TEXTS = ("abstract", "summary")
"""The columns of texts: a second one is a section with the name of the column."""

WEAK_TITLES = frozenset({"name", "work", "publication", "method paper", "文章"})
"""Names of columns that hold titles only if their cells look so; folded."""

Cells = Sequence[bytes]

_MOST = 0.6
"""The share of a column's cells that must look as its slot says."""

_FEWEST_WORDS, _MANY_WORDS = 3, 5
_FEWEST_SIGNS = 6
"""How long a title is at least in a script that parts no words."""

_TITLES = frozenset({"title", "titles", "paper", "papers", "题目", "标题", "论文"})
_NO_TITLES = frozenset(
    {"description", "full", "dataset", "task", "feature", "features", "usage", "purpose"}
    | {"example", "metric", "metrics", "definition", "affiliation", "journal"}
    | {"course", "talk", "book", "tool", "library", "benchmark", "question"}
)
"""Words in the names of columns that hold no titles, however their cells look."""

_WORDS: Mapping[str, frozenset[str]] = {
    "date": frozenset({"date", "dates", "month", "time", "submitted", "released", "日期", "时间"}),
    "year": frozenset({"year", "年份", "年"}),
    "venue": frozenset(
        {"venue", "venues", "conference", "conf", "journal", "publication", "published"}
        | {"publisher", "pub", "publish", "accepted", "date", "year", "会议", "期刊", "出处"}
    ),
    "authors": frozenset({"author", "authors", "作者"}),
    "code": frozenset({"code", "codes", "github", "repo", "repository", "implementation", "代码"}),
    "summary": frozenset(
        {"summary", "tldr", "note", "notes", "description", "highlights", "contribution"}
        | {"contributions", "idea", "insight", "takeaway", "takeaways", "简介", "总结", "概述"}
    ),
}
"""Words that name a column among others. A column without a name may be any but the code."""


@dataclass(frozen=True, slots=True)
class _NamedCells:
    """A column: its name, folded, and what stands in it where something does.

    One that `may_lead` to papers has what stands in any address of one.
    """

    name: str
    cells: Cells
    may_lead: bool

    def has_all(self, is_one: Callable[[bytes], bool]) -> bool:
        """Whether all of its cells are such."""
        return bool(self.cells) and all(map(is_one, self.cells))

    def has_mostly(self, is_one: Callable[[bytes], bool]) -> bool:
        """Whether most of its cells are such."""
        return bool(self.cells) and sum(map(is_one, self.cells)) >= _MOST * len(self.cells)


def slots_of_columns(
    names: Sequence[str], first_rows: Callable[[], Sequence[Cells]], form: DigestFormat
) -> tuple[str, ...]:
    """Return each column's slot, "" for none; `first_rows` gives the cells of the first rows."""
    slots = _by_names(names, form.slots_by_column)
    if not form.entry.is_general:
        return slots
    columns: dict[int, _NamedCells] = {}
    rows = first_rows()

    def column(at: int) -> _NamedCells:
        if at not in columns:
            cells = [row[at] for row in rows if len(row) > at]
            filled = [cell for cell in cells if not says_nothing(cell)]
            name = folded_label(names[at]) if names[at] else ""
            may_lead = NAMES_WORK.matches(b"\n".join(filled))
            columns[at] = _NamedCells(name, filled, may_lead)
        return columns[at]

    return tuple(_by_cells([*slots], column, form))


def slot_of_cell(cell: bytes, slot: str, slots: Sequence[str]) -> str:
    """Return the slot of one cell of a column: people put a venue where others put a date."""
    if slot == "date" and not cell[:1].isdigit() and "venue" not in slots and not _is_date(cell):
        return "venue" if _VENUE_AND_YEAR.fullmatch(cell.strip(_MARKS)) else slot
    # To look at the month alone takes a tenth of the time, and most cells name a venue.
    if slot == "venue" and cell[:3] in _MONTHS and "date" not in slots and _is_date(cell):
        return "date"
    # What is called a summary may be a place for links or pictures.
    if slot in _WITH_LINKS and _are_links(cell):
        return "links"
    return "ignored" if slot in TEXTS and _is_picture(cell) else slot


def _is_picture(cell: bytes) -> bool:
    return cell[:1] in (b"<", b"!") and _PICTURES.fullmatch(decoded(cell)) is not None


_MONTHS = frozenset(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
_WITH_LINKS = ("summary", "abstract", "comment", "section", "tags", "task")


def _by_names(names: Sequence[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return each column's slot.

    Of two columns for one slot the one that the format names first keeps it; a second one with text
    of its own is a section.
    """
    ranks = {label: rank for rank, label in enumerate(columns)}
    labels = [folded_label(name) for name in names]
    best: dict[str, str] = {}
    for label in sorted(filter(columns.__contains__, labels), key=lambda label: ranks[label]):
        best.setdefault(columns[label], label)
    slots: list[str] = []
    for label in labels:
        slot = columns.get(label, "")
        if slot not in REPEATABLE and best.get(slot) != label:
            slot = "section" if slot in TEXTS else ""
        elif slot not in REPEATABLE:
            best.pop(slot)
        slots.append(slot)
    return tuple(slots)


def _by_cells(
    slots: list[str], column: Callable[[int], _NamedCells], form: DigestFormat
) -> Sequence[str]:
    """Complete what the names alone do not tell."""
    # The title first: without one the table does not list papers, and no other column matters.
    title = _title_column(slots, column, form)
    for at, slot in enumerate(slots):
        if slot == "title" and at != title:
            slots[at] = ""
    if title is None:
        return slots
    slots[title] = "title"
    for at, slot in enumerate(slots):
        if slot == "ignored" and column(at).has_all(_are_links):
            slots[at] = "links"
        elif slot == "" and column(at).cells:
            slots[at] = _other_slot(slots, column(at))
    return slots


def _title_column(
    slots: Sequence[str], column: Callable[[int], _NamedCells], form: DigestFormat
) -> int | None:
    """Return the column with the titles, None if there is none.

    One that is called as titles are, unless it leads to the papers whose titles stand in another.
    """
    named = next((at for at, slot in enumerate(slots) if slot == "title"), None)
    is_weak = named is not None and column(named).name in WEAK_TITLES
    if named is not None:
        is_other = column(named).has_mostly(_is_link_alone)
        if not is_other and (not is_weak or column(named).has_mostly(_is_title)):
            return named
    free = [at for at, slot in enumerate(slots) if slot == "" and column(at).cells]
    called = (at for at in free if form.slots_by_column.get(column(at).name) == "title")
    worded = (at for at in free if _has_word(column(at), _TITLES))
    texts = (at for at, slot in enumerate(slots) if slot in TEXTS)
    # Most tables list other things. That they lead to no papers is seen at once: a third of the
    # time in which such tables are looked at.
    found = (
        *(at for at in (*called, *worded) if column(at).has_mostly(_is_title)),
        *(at for at in free if column(at).may_lead and column(at).has_mostly(_is_linked_title)),
        *(at for at in texts if column(at).may_lead and column(at).has_mostly(_is_folded_title)),
        *_plain_titles(slots, free, column),
        *([named] if named is not None and not is_weak else []),
    )
    return next(iter(found), None)


def _plain_titles(
    slots: Sequence[str], free: Sequence[int], column: Callable[[int], _NamedCells]
) -> list[int]:
    """Return columns of any name with titles beside one that leads to papers, the longest first."""
    places = (at for at, slot in enumerate(slots) if slot in ("links", "code", "title", ""))
    leading = (column(at) for at in places if column(at).may_lead)
    if not any(one.has_mostly(_leads_to_paper) for one in leading):
        return []
    fitting = (at for at in free if _are_plain_titles(column(at)))
    return sorted(fitting, key=lambda at: -sum(map(_words_in, column(at).cells)))


def _are_plain_titles(column: _NamedCells) -> bool:
    # Of two rows and more, as of one alone nobody knows whether it is a description.
    if len(column.cells) < 2 or set(column.name.split()) & _NO_TITLES:
        return False
    is_long = sum(map(_words_in, column.cells)) >= _MANY_WORDS * len(column.cells)
    is_varied = len(set(column.cells)) == len(column.cells)
    return is_long and is_varied and column.has_mostly(_is_capitalized)


def _other_slot(slots: Sequence[str], column: _NamedCells) -> str:
    """Return the slot of a column that the format does not name, "" for none."""
    if column.has_all(_are_links):
        is_code = _has_word(column, _WORDS["code"]) and not _has_word(column, _TITLES)
        return "code" if is_code else "links"
    for slot, looks_so in _LOOKS.items():
        is_called = not column.name or _has_word(column, _WORDS[slot])
        if slot not in slots and is_called and column.has_mostly(looks_so):
            return slot
    return ""


def _has_word(column: _NamedCells, words: Iterable[str]) -> bool:
    return not set(column.name.split()).isdisjoint(words)


_IMAGE = r"!\[[^\[\]]*\]\([^()]*\)"
_BADGE = lazy_regex(rf"\[{_IMAGE}\]\([^()]*\)|{_IMAGE}|<img\b[^<>]*>")
_PICTURES = lazy_regex(rf"(?:{_IMAGE}|<img\b[^<>]*>|<br ?/?>|\s)+")
_TARGET = lazy_regex(r"(?<=\])\([^()]*\)|<(?!br)[^<>]*>|[*_`\[\]]")
_BREAK = lazy_regex(r"<br ?/?>")
_NUMBER = lazy_regex(r"^\W*\d{1,4}[.)\]]?\s*")
_YEAR = lazy_regex(rb"(?:19|20)\d\d")
_VENUE = lazy_regex(rb"[\[(]?[A-Z][A-Za-z&.\x27/ -]{1,40}[ ,\x27(]*(?:(?:19|20)?\d\d)?[^|]{0,24}")
_VENUE_AND_YEAR = lazy_regex(
    rb"[\[(]?[A-Z][A-Za-z&.\x27/-]*(?:[ -][A-Z][A-Za-z&.\x27/-]*){0,3}[ ,\x27(]{1,2}"
    rb"(?:19|20)\d\d[^|\d]{0,24}"
)
_ADDRESS = lazy_regex(rb"<?https?://[^\s<>]+>?(?:[\s,;]+<?https?://[^\s<>]+>?)*")
_FOLDED = lazy_regex(rb"(?:\*\*|__)?\[[^\[\]]+\]\(([^()\s]*)\)[*_]*\s*(?:<br ?/?>)?\s*<details\b")
_MARKS = b"*_` \t"
_ENOUGH_CAPITALS = 0.5


def _line_of(cell: bytes) -> str:
    """Return the first line of a cell that has words, as people see it."""
    text = _BADGE.sub("", decoded(cell))
    shown = (_TARGET.sub("", line).strip() for line in _BREAK.split(text))
    return _NUMBER.sub("", next(filter(None, shown), ""))


def _words_in(cell: bytes) -> int:
    return len(_line_of(cell).split())


def _is_long_enough(text: str) -> bool:
    is_wordless = not text.isascii() and len(text) >= _FEWEST_SIGNS and _IDEOGRAPH.search(text)
    return len(text.split()) >= _FEWEST_WORDS or bool(is_wordless)


_IDEOGRAPH = lazy_regex("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def _is_title(cell: bytes) -> bool:
    return _can_be_title(_line_of(cell))


def _can_be_title(text: str) -> bool:
    is_citation = re.search(r"\bet al\b", text) is not None
    return _is_long_enough(text) and not is_citation and not are_authors(text)


def _is_capitalized(cell: bytes) -> bool:
    """Whether it is written as titles are, and not as sentences."""
    words = [word for word in re.findall(r"[^\W\d_]+", _line_of(cell)) if len(word) > 3]
    capitals = sum(not word[0].islower() for word in words)
    return _is_title(cell) and capitals > _ENOUGH_CAPITALS * len(words)


def _is_linked_title(cell: bytes) -> bool:
    links = (hyperlink(cell, span) for span in find_links(_without_badges(cell)))
    first = next(links, None)
    if first is None or not is_paper_url(first.url):
        return False
    return len(first.label.split()) > _FEWEST_WORDS and _can_be_title(first.label)


def _without_badges(cell: bytes) -> bytes:
    return _BADGE.sub("", decoded(cell)).encode()


def _is_folded_title(cell: bytes) -> bool:
    found = _FOLDED.match(cell)
    return found is not None and is_paper_url(decoded(found[1]))


def _are_links(cell: bytes) -> bool:
    return holds_only_links(cell) or bool(_ADDRESS.fullmatch(cell))


def _is_link_alone(cell: bytes) -> bool:
    """Whether there are links in it and no title: no label is longer than "Project page"."""
    if not _are_links(cell):
        return False
    labels = (hyperlink(cell, span).label for span in find_links(cell))
    return all(
        len(label.split()) < _FEWEST_WORDS and not _is_long_enough(label) for label in labels
    )


def _leads_to_paper(cell: bytes) -> bool:
    return any(is_paper_url(hyperlink(cell, span).url) for span in find_links(cell))


def _is_date(cell: bytes) -> bool:
    """Whether it is a date: `CVPR 2024` is not, though a month may look like that."""
    bare = cell.strip(_MARKS)
    return is_date(bare) and (bare[:1].isdigit() or dates.parse_date(decoded(bare)) is not None)


def _is_venue(cell: bytes) -> bool:
    bare = cell.strip(_MARKS)
    return bool(_VENUE.fullmatch(bare)) and len(bare.split()) <= _MANY_WORDS


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "year": lambda cell: bool(_YEAR.fullmatch(cell.strip(_MARKS))),
    "date": _is_date,
    "authors": lambda cell: are_authors(decoded(cell)),
    "venue": _is_venue,
    "summary": lambda cell: _words_in(cell) > _MANY_WORDS,
}
"""What the cells of a column must look like, in the order in which it is asked."""
