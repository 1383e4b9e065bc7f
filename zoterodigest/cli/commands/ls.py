"""The command `ls`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import typer

from zoterodigest.cli.base.completion import collections_like, tags_like
from zoterodigest.cli.base.options import Invocation, argument, command, flag, option
from zoterodigest.cli.base.project_context import linking_items
from zoterodigest.cli.base.projects import items_by_citekey, open_library
from zoterodigest.cli.base.screen import uncut_in_a_pipe
from zoterodigest.cli.base.talk import busy, emit_long
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.library_list import ListWish, SortKey, library_data, library_text
from zoterodigest.frozen import dataclass


def orders_like(incomplete: str) -> list[str]:
    """Return what `--sort` takes that begins so."""
    return [one.value for one in SortKey if one.value.startswith(incomplete)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """What a person typed of which items are listed, and in which order."""

    words: Sequence[str] = argument("WORD", ())
    collections: Sequence[str] = option(
        "--collection NAME",
        "Only items in this collection or below: its name, path A/B or key.",
        (),
        autocompletion=collections_like,
    )
    tags: Sequence[str] = option(
        "--tag TAG",
        "Only items with this tag. Repeatable; an item must have all of them.",
        (),
        autocompletion=tags_like,
    )
    years: str = option("--year YEAR|FROM-TO", "Only items of this year, or of these years.")
    order: str = option(
        "--sort title|year|added|venue",
        "The order; newest first if by time.",
        autocompletion=orders_like,
    )
    limit: int | None = option("--limit N", "List only the first N items.", None, min=1)

    @property
    def wish(self) -> ListWish:
        """What of it was understood; raises `BadParameter` for the rest."""
        years, order = _years(self.years), _order(self.order)
        return ListWish(self.collections, self.tags, years, self.words, order, self.limit)


@command("words address collections tags years order limit as_json with_children")
def ls(
    asked: Invocation,
    listed: ListOptions,
    with_children: bool = flag("--children", "With --json: also notes and attachments."),
) -> None:
    """List the items of the library by collection.

    WORD is the beginning of a word of a title or author; each WORD must fit. It may also be a
    citation key, an arXiv id, a DOI or a web address. With WORD, --sort or --limit, ls shows one
    list instead of one for each collection.

    \b
    Examples:
      zoterodigest ls
      zoterodigest ls attention vaswani
      zoterodigest ls --sort added --limit 10
      zoterodigest ls --year 2020-2023 --sort venue
      zoterodigest ls --collection papers --tag task:inpainting
      zoterodigest ls --library embedded:demo/library.sqlite --json --children

    In a pipe or a file, no title is cut. --json prints the items as in the Zotero API (`data`),
    without the trash.
    """
    wish = listed.wish
    with linking_items(asked), uncut_in_a_pipe(), open_library(asked.address) as library:
        if not asked.as_json and not wish.is_one_list:
            # Of a large library this takes a third of the time.
            with busy("Reading the library"):
                outline = library.outline(with_tags=bool(wish.tags))
            emit_long(library_text(outline, wish))
            return
        with busy("Reading the library"):
            snapshot = library.read()
        # What a plain list does without takes 0.1 s to import.
        from zoterodigest.cli.show.found_list import chosen_items, one_list_text

        with busy("Looking for the items"):
            chosen = chosen_items(snapshot, wish, partial(items_by_citekey, asked.address))
        if asked.as_json:
            emit_json(library_data(snapshot, chosen[: wish.limit], with_children=with_children))
        else:
            emit_long(one_list_text(snapshot, wish, chosen))


def _years(text: str) -> tuple[str, str]:
    """Return the first and the last year of `2023`, `2020-2023`, `2020-` or `-2023`."""
    if not text:
        return "", ""
    found = re.fullmatch(r"(\d{4})|(\d{4})?\s*[-–]\s*(\d{4})?", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is no year and no years: 2023, 2020-2023, 2020-")
    year, first, last = (one or "" for one in found.groups())
    if first and last and last < first:
        raise typer.BadParameter(f"{text!r} ends before it begins; {last}-{first} are years")
    return year or first, year or last


def _order(text: str) -> SortKey | None:
    if not text:
        return None
    if text not in (known := [one.value for one in SortKey]):
        raise typer.BadParameter(f"--sort takes {', '.join(known)}, and not {text!r}")
    return SortKey(text)
