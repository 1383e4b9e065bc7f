"""Estimates: about how many entries stand in the lines of a digest that no format understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from zoterodigest.core.values import identity
from zoterodigest.digest.read.document import HEADING, NO_ENTRY, Document
from zoterodigest.digest.read.pages import is_page
from zoterodigest.digest.read.slots import decoded
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_MISSED = 0.1
"""Above this share of the entries that were read, a person is told of those that were not."""
_FEWEST_FIELDS = 3
"""How often a word must stand before a colon to name a field, not to begin a title."""
_FEWEST_ALIKE = 2
"""How many entries must begin alike before a line like them may be an entry."""

_ADDRESS = lazy_regex(r"https?://[^\s<>()\[\]|\"']+")
_NAMED = lazy_regex(r"\b10\.\d{4,9}/\w|\barxiv: ?\d{4}\.\d{4,5}", re.I)
_QUOTED = lazy_regex(r" {0,3}>[ \t]?")
_MARKER = lazy_regex(r"(?:[-*+•]|\d{1,9}[.)])[ \t]+")
_OPENING = lazy_regex(r"\||#{1,6}[ \t]|<(?:li|tr|details|h[1-6])\b", re.I)
_TARGET = lazy_regex(r"\]\([^()]*\)|<[^<>]*>|https?://\S+")
_LABEL = lazy_regex(r"\W*(\w[\w ()]{0,24}?)\W{0,3}[:：]")
_WORD = lazy_regex(r"[^\W\d_]{2,}")
_SIGNS = lazy_regex(r"\*\*|\]\(|[*_`\"|\[<]")
_SHAPE_SIGNS, _SHAPE_LENGTH = 2, 200
_CITED = lazy_regex(r"\b(?:19|20)\d\d\b|\bet al\b")
_NO_TITLES = frozenset(
    {"abs", "arxiv", "bibtex", "code", "demo", "doi", "github", "homepage", "html", "link"}
    | {"links", "official", "openreview", "page", "paper", "papers", "pdf", "project", "site"}
    | {"supp", "url", "video", "website"}
)
"""Words that say where a link leads: a line with no other word has no title."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """Lines that belong together: an item without deeper ones, a row, a heading, a paragraph.

    `depth` is how far an item is indented; None for what is no item.
    """

    lines: list[str]
    depth: int | None = None

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.lines[0].startswith("|")

    @property
    def field(self) -> str:
        """The word before a colon that the passage begins with, in lower case; "" for none."""
        found = _LABEL.match(self.lines[0])
        return found[1].casefold() if found else ""


def missed_entries(document: Document) -> int:
    """Return about how many entries were not read; 0 if nearly all were."""
    unread = unread_entries(document)
    return unread if unread > _MISSED * len(document.entries) else 0


def unread_entries(document: Document) -> int:
    """Return about how many entries stand in the lines that no entry holds.

    An entry is a list item, row, heading or paragraph that leads to a paper, or one that begins
    with the signs of entries that were read and leads to some page. Deeper items and the fields
    below a title are part of an entry. Fences, comments and table headers do not count.
    """
    passages = list(_passages(document))
    if not passages:
        return 0
    shapes = _Shapes(document)
    uses = Counter(passage.field for passage in passages)
    count = 0
    # Whether a title stands above that no link to its paper has followed yet.
    is_open = True
    counted: int | None = None
    for passage in passages:
        if counted is not None and passage.depth is not None and passage.depth > counted:
            continue
        is_field = bool(passage.field) and uses[passage.field] >= _FEWEST_FIELDS
        titles = 0 if is_field else sum(map(_has_title, passage.lines))
        if not any(map(_leads_to_paper, passage.lines)):
            found = int(bool(titles) and _is_alike(passage, shapes))
            is_open = is_open or bool(titles)
        elif titles:
            # One paragraph may hold a list, an entry a line.
            found = sum(_has_title(line) and _leads_to_paper(line) for line in passage.lines) or 1
        else:
            found = int(is_open or passage.is_row or not any(map(_has_words, passage.lines)))
        count += found
        is_open = is_open and not found
        counted = passage.depth if found else None
    return count


def _passages(document: Document) -> Iterator[_Passage]:
    """Yield what stands in lines without an entry, in order."""
    for skipped in document.skipped:
        if skipped.reason in (NO_ENTRY, HEADING):
            numbers = range(skipped.start_line - 1, skipped.end_line)
            yield from _passages_of(decoded(document.lines[at]) for at in numbers)


def _passages_of(texts: Iterable[str]) -> Iterator[_Passage]:
    passages: list[_Passage] = []
    is_below_blank = True
    for text in texts:
        line = _QUOTED.sub("", text).expandtabs(4)
        bare = line.strip()
        depth = len(line) - len(line.lstrip())
        is_below = is_below_blank and not (depth and passages and passages[-1].depth is not None)
        if _MARKER.match(bare):
            passages.append(_Passage([bare], depth))
        elif bare and (is_below or _OPENING.match(bare)):
            passages.append(_Passage([bare]))
        elif bare:
            passages[-1].lines.append(bare)
        is_below_blank = not bare
    return iter(passages)


class _Shapes:
    """The shapes of the lines that several of the entries begin with.

    Most digests have no line that asks for them: to find those of 10,000 entries took a tenth of a
    sync after one edit.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def read(self) -> frozenset[str]:
        """These shapes."""
        document = self._document
        lines = (document.lines[entry.first][:_SHAPE_LENGTH] for entry in document.entries)
        shapes = Counter(_shape(_QUOTED.sub("", decoded(line)).strip()) for line in lines)
        return frozenset(shape for shape, number in shapes.items() if number >= _FEWEST_ALIKE)


def _shape(line: str) -> str:
    """Return what kind of line it is and its first signs: entries of one list have one shape."""
    found = _MARKER.match(line) or _OPENING.match(line)
    kind = found[0].strip(" \t.)0123456789") or "1" if found else ""
    return f"{kind} {''.join(_SIGNS.findall(line[:_SHAPE_LENGTH])[:_SHAPE_SIGNS])}"


def _is_alike(passage: _Passage, shapes: _Shapes) -> bool:
    text = "\n".join(passage.lines)
    # Lists of tools and courses look alike, too: what is cited has a year or authors.
    is_cited = bool(_CITED.search(text)) and any(map(is_page, _ADDRESS.findall(text)))
    return is_cited and _shape(passage.lines[0]) in shapes.read


def _leads_to_paper(line: str) -> bool:
    if "://" in line and any(map(identity.is_paper_url, _ADDRESS.findall(line))):
        return True
    return bool(_NAMED.search(line))


def _words(line: str) -> list[str]:
    return _WORD.findall(_TARGET.sub(" ", line))


def _has_words(line: str) -> bool:
    return bool(_words(line))


def _has_title(line: str) -> bool:
    return any(word.casefold() not in _NO_TITLES for word in _words(line))
