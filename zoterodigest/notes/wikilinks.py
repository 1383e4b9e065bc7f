"""Wikilinks of a vault as links of a note: `[[A|b]]` leads to an item of Zotero and stays itself.

In the note the text of the link is the whole wikilink. So it comes back if a person edits its words
or takes away the link, and it is the same wikilink though its item is linked no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from zoterodigest.core.values.blocks import join_blocks
from zoterodigest.notes.canonical import write_block
from zoterodigest.notes.inline import join_runs, with_marks
from zoterodigest.notes.markdown import read_each
from zoterodigest.notes.model import (
    CODE,
    Block,
    Content,
    List,
    Node,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Quote,
    Run,
    Runs,
    Table,
    TextMark,
)
from zoterodigest.notes.normal import aligned_blocks

# Not an embed: what it shows is no link.
_WIKILINK = re.compile(r"(?<!!)\[\[(?P<page>[^\[\]|#\n]+)(?:#[^\[\]|\n]*)?(?:\|[^\[\]\n]*)?\]\]")
_SELECTS = "zotero://select/"


def page_of(wikilink: str) -> str:
    """Return the page that a wikilink leads to, as it spells it; "" if this is no wikilink.

    `[[Papers/A.md#heading|words]]` leads to `Papers/A`, as Obsidian does not show the ending.
    """
    found = _WIKILINK.fullmatch(wikilink)
    return found["page"].strip().removesuffix(".md") if found else ""


def with_item_links(blocks: Sequence[str], addresses: Mapping[str, str]) -> tuple[str, ...]:
    """Return `blocks` with a link to its item around each wikilink to a page in `addresses`.

    An address is one of Zotero's, such as `zotero://select/library/items/KEY`; others are passed
    over. `blocks` are in canonical form. Wikilinks in code, in formulas and in other links stay as
    they are, and so does one of which only some words are bold.
    """
    items = {page: url for page, url in addresses.items() if url.startswith(_SELECTS)}

    def linked(run: Run) -> Iterable[Run]:
        return _linked(run, items) if isinstance(run, NoteText) else (run,)

    return _rewritten(blocks, linked)


def without_item_links(blocks: Sequence[str]) -> tuple[str, ...]:
    """Return `blocks` in canonical form without the links that `with_item_links` made."""
    return _rewritten(blocks, lambda run: (_unlinked(run),))


def _linked(run: NoteText, items: Mapping[str, str]) -> Iterator[Run]:
    if any(mark == CODE or mark.name == "link" for mark in run.marks):
        yield run
        return
    cursor = 0
    for found in _WIKILINK.finditer(run.text):
        if url := items.get(page_of(found[0])):
            yield replace(run, text=run.text[cursor : found.start()])
            yield NoteText(found[0], with_marks(run.marks, TextMark("link", url)))
            cursor = found.end()
    yield replace(run, text=run.text[cursor:])


def _unlinked(run: Run) -> Run:
    if not isinstance(run, NoteText) or not _WIKILINK.search(run.text):
        return run
    is_kept = (mark for mark in run.marks if not mark.value.startswith(_SELECTS))
    return replace(run, marks=tuple(is_kept))


_Change = Callable[[Run], Iterable[Run]]


def _rewritten(blocks: Sequence[str], change: _Change) -> tuple[str, ...]:
    """Return `blocks`, those that hold a wikilink with their runs changed."""
    if not any("[[" in block for block in blocks):
        return tuple(blocks)
    groups = read_each(blocks)
    normal = iter(aligned_blocks([block for group in groups for block in group]))
    texts: list[str] = []
    for block, group in zip(blocks, groups, strict=True):
        changed = [_changed(one, change) for one in islice(normal, len(group)) if one]
        texts.append(join_blocks(map(write_block, changed)) if "[[" in block else block)
    return tuple(texts)


def _changed(block: Block, change: _Change) -> Block:
    return replace(block, content=_content(block.content, change))


def _content(content: Content, change: _Change) -> Content:
    match content:
        case NoteParagraph(runs=runs) | NoteHeading(runs=runs):
            return replace(content, runs=_runs(runs, change))
        case Quote(nodes):
            return Quote(_nodes(nodes, change))
        case Table(rows):
            return Table(
                tuple(
                    tuple(replace(cell, nodes=_nodes(cell.nodes, change)) for cell in row)
                    for row in rows
                )
            )
        case _:
            return content


def _nodes(nodes: Iterable[Node], change: _Change) -> tuple[Node, ...]:
    return tuple(
        replace(node, items=tuple(_nodes(item, change) for item in node.items))
        if isinstance(node, List)
        else _content(node, change)
        for node in nodes
    )


def _runs(runs: Runs, change: _Change) -> Runs:
    return join_runs(new for run in runs for new in change(run))
