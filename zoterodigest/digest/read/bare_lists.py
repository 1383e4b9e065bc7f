"""Bare lists: lists of papers that are named by nothing but an identifier or an address each.

Some items may have got a title since. In any other list a bare link belongs to something else: it
is the paper of the item above, or one of the links of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.values import identity
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.evidence import is_evident
from zoterodigest.digest.read.found import is_boundary
from zoterodigest.digest.read.layers import indent_of
from zoterodigest.digest.read.lines import Lines, Veil
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.read.tables import is_table_line
from zoterodigest.regex import lazy_regex

_SHARE = 0.5
"""More than this share of a list's items must name papers for the bare ones to be entries."""
_FEWEST_ITEMS, _FEWEST_LINES, _FEWEST_IN_ALL = 2, 3, 3
"""How many such items or lines of text make a list, and how many make a file of short lists."""

_ADDRESS = lazy_regex(r"https?://[^\s<>()\[\]|\"']+")


def listed_alone(entries: Sequence[DigestEntry], lines: Lines) -> Iterator[DigestEntry]:
    """Yield the entries without a title that stand in lists of such.

    In a file that has such lists one may have a single item. Items within other items are part of
    these. Lines of text are a list, too, if there are more: a page may name its own paper.
    """
    by_line = {entry.first: entry for entry in entries}
    items = list(_lists(lines, lines.all_items()))
    yield from _of_lists(items, _FEWEST_ITEMS, by_line, lines)
    if by_line.keys() - {line for one in items for line in one}:
        yield from _of_lists([*_lists(lines, _lines_of_text(lines))], _FEWEST_LINES, by_line, lines)


def _of_lists(
    lists: Sequence[Sequence[int]],
    fewest: int,
    by_line: Mapping[int, DigestEntry],
    lines: Lines,
) -> Iterator[DigestEntry]:
    """Yield the entries of lists of papers: one has `fewest` or more, the others one less."""
    items = [line for one in lists for line in one]
    titled = {line for line in items if lines.is_taken(line) and _names_paper(lines[line])}

    def are_papers(items: Sequence[int], fewest: int) -> bool:
        """Whether most items name papers, one of them without doubt."""
        found = [line for line in items if line in by_line or line in titled]
        is_most = len(found) >= fewest and len(found) > _SHARE * len(items)
        return is_most and any(line in titled or is_evident(by_line[line]) for line in found)

    has_some = are_papers(items, _FEWEST_IN_ALL) or any(are_papers(one, fewest) for one in lists)
    for one in lists if has_some else ():
        if are_papers(one, fewest - 1):
            yield from (by_line[line] for line in one if line in by_line)


def _lines_of_text(lines: Lines) -> Iterator[int]:
    """Yield the lines that are no items, and no part of any."""
    items = set(lines.all_items())
    is_in_item = False
    for line in range(len(lines)):
        data = lines[line]
        if not data.strip() or is_boundary(lines, line):
            continue
        is_in_item = line in items or (is_in_item and data[:1] in b" \t")
        if not is_in_item:
            yield line


def _names_paper(line: bytes) -> bool:
    """Whether an item says by itself which paper it is: no link beside it is needed for that."""
    text = decoded(line)
    if identity.arxiv_in_text(text) or identity.doi_in_text(text):
        return True
    return any(map(identity.is_paper_url, _ADDRESS.findall(text)))


def _lists(lines: Lines, numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield the lines with which the outer items begin between two headings, rules or tables."""
    items: list[int] = []
    last, depth = 0, 0
    for line in numbers:
        if lines.veils[line] not in (Veil.NONE, Veil.TAKEN):
            continue
        between = (at for at in range(last + 1, line) if not lines.is_taken(at))
        if items and any(is_boundary(lines, at) or is_table_line(lines, at) for at in between):
            yield items
            items = []
        indent = indent_of(lines[line])
        # What is one blank deeper is no deeper item (CommonMark 5.2).
        if not items or indent <= depth + 1:
            depth = min(indent, depth) if items else indent
            items.append(line)
        last = line
    if items:
        yield items
