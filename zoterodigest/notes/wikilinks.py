"""Wikilinks of a vault as links of a note: `[[A|b]]` leads to an item of Zotero and stays itself.

In the note the text of the link is the whole wikilink, and the link is none of the text that is
compared (`plain_runs`). So the wikilink stays if a person edits its words or takes the link away,
if the item is linked no more, and if another page gets its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, groupby

from zoterodigest.notes.inline import join_runs, with_marks
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
    Table,
    TextMark,
)
from zoterodigest.regex import lazy_regex

PageLinks = Mapping[str, str]
"""Addresses of items, such as `zotero://select/library/items/KEY`, by pages as wikilinks spell
them (`pages_in`)."""

# Not an embed: what it shows is no link.
_WIKILINK = lazy_regex(r"(?<!!)\[\[([^\[\]|#\n]+)(?:#[^\[\]|\n]*)?(?:\|[^\[\]\n]*)?\]\]")
_SELECTS = "zotero://select/"


def pages_in(text: str) -> list[str]:
    """Return the pages that the wikilinks in `text` lead to, as they spell them.

    `[[Papers/A.md#heading|words]]` leads to `Papers/A`, as Obsidian does not show the ending. In a
    cell of a table, a backslash stands before the words.
    """
    return [_page(found) for found in _WIKILINK.finditer(text)]


def with_item_links(block: Block, links: PageLinks) -> Block:
    """Return `block` with a link to its item around each wikilink to a page in `links`.

    Wikilinks in code, in formulas and in other links stay as they are, and so does one of which
    only some words are bold.
    """
    return replace(block, content=_content(block.content, links)) if links else block


def without_item_links(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield `runs` without the links that `with_item_links` made, in whatever state they are."""
    for link, group in groupby(runs, _item_link):
        held = tuple(group)
        text = "".join(run.text for run in held if isinstance(run, NoteText))
        if link and _WIKILINK.search(text):
            yield from (replace(it, marks=tuple(m for m in it.marks if m != link)) for it in held)
        else:
            yield from held


def _item_link(run: Run) -> TextMark | None:
    # What quotes an annotation has marks inside, too: it stays as it is.
    marks = run.marks if isinstance(run, NoteText) else ()
    return next((one for one in marks if one.value.startswith(_SELECTS)), None)


def _page(wikilink: re.Match[str]) -> str:
    return wikilink[1].rstrip("\\").strip().removesuffix(".md")


def _linked(run: Run, links: PageLinks) -> Iterator[Run]:
    if (
        not isinstance(run, NoteText)
        or CODE in run.marks
        or any(m.name == "link" for m in run.marks)
    ):
        yield run
        return
    cursor = 0
    for found in _WIKILINK.finditer(run.text):
        if url := links.get(_page(found)):
            yield replace(run, text=run.text[cursor : found.start()])
            yield NoteText(found[0], with_marks(run.marks, TextMark("link", url)))
            cursor = found.end()
    yield replace(run, text=run.text[cursor:])


def _content(content: Content, links: PageLinks) -> Content:
    match content:
        case NoteParagraph(runs=runs) | NoteHeading(runs=runs):
            linked = chain.from_iterable(_linked(run, links) for run in runs)
            return replace(content, runs=join_runs(linked))
        case Quote(nodes):
            return Quote(_nodes(nodes, links))
        case Table(rows):
            return Table(
                tuple(
                    tuple(replace(cell, nodes=_nodes(cell.nodes, links)) for cell in row)
                    for row in rows
                )
            )
        case _:
            return content


def _nodes(nodes: Iterable[Node], links: PageLinks) -> tuple[Node, ...]:
    return tuple(
        replace(node, items=tuple(_nodes(item, links) for item in node.items))
        if isinstance(node, List)
        else _content(node, links)
        for node in nodes
    )
