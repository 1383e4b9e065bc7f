"""`export` as it is typed: where works come from, what is written of them, and in which format."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AnyDigests, FormatName


class Target(Enum):
    """The formats that `--to` knows."""

    BIBTEX = "bibtex"
    BIBLATEX = "biblatex"
    CSLJSON = "csljson"


class Order(Enum):
    """The orders that `--sort` knows."""

    DIGEST = "digest"
    KEY = "key"


def export(
    digests: AnyDigests = None,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; - shows it."),
    ] = "-",
    target: Annotated[Target, typer.Option("--to", help="The format.")] = Target.BIBTEX,
    items: Annotated[
        str,
        typer.Option(
            "--items",
            metavar="FILE",
            help="A JSON array of Zotero API items in place of a library; - reads it.",
            show_default=False,
        ),
    ] = "",
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", help="Only with this tag; repeatable.", show_default=False),
    ] = None,
    collections: Annotated[
        list[str] | None,
        typer.Option(
            "--collection", help="Only in this collection; repeatable.", show_default=False
        ),
    ] = None,
    cited: Annotated[
        list[Path] | None,
        typer.Option(
            "--cited",
            metavar="FILE",
            help="Only what FILE cites: .tex, .aux, .bcf or Pandoc's .md; repeatable.",
            show_default=False,
        ),
    ] = None,
    order: Annotated[Order, typer.Option("--sort", help="The order.")] = Order.DIGEST,
    short_venues: Annotated[
        bool, typer.Option("--short-venues", help="CVPR, not its official name.")
    ] = False,
    abstract: Annotated[bool, typer.Option("--abstract", help="With abstracts.")] = False,
    note: Annotated[bool, typer.Option("--note", help="With comments.")] = False,
    awards: Annotated[bool, typer.Option("--awards", help="With awards, as notes.")] = False,
    address: Address = "",
    format_name: FormatName = "",
    may_overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that zoterodigest did not write.")
    ] = False,
) -> None:
    """Write a bibliography: BibTeX, biblatex or CSL JSON.

    Of the digests named, with no library and no project; without any, of the library's items that
    are not in the trash. A file that export wrote is replaced as a whole: do not edit it by hand. A
    .bib of your own gains the entries it has not, in its manner; nothing else in it changes.
    Citation keys are the items' own; where there is none yet, author, title and year make one.

    \b
    Examples:
      zoterodigest export papers.md -o refs.bib
      zoterodigest export --to biblatex --tag task:inpainting
      zoterodigest export papers.md -o refs.bib --cited main.tex
      zoterodigest export --items items.json --to csljson -o -
    """
    from zoterodigest.bibtex.latex import Dialect
    from zoterodigest.bibtex.style import Style
    from zoterodigest.cli import exporting

    if digests and items:
        raise typer.BadParameter("give digests or --items, not both")
    if collections and (digests or items):
        raise typer.BadParameter("--collection is for a library")
    source: exporting.Source = exporting.FromLibrary(address, tuple(collections or ()))
    if digests:
        source = exporting.FromDigests(tuple(digests), format_name)
    elif items:
        source = exporting.FromFile(Path(items))
    style = Style(
        Dialect.BIBLATEX if target is Target.BIBLATEX else Dialect.BIBTEX,
        short_venues=short_venues,
        abstract=abstract,
        note=note,
        awards=awards,
    )
    exporting.export(
        source,
        exporting.Wanted(
            style,
            target is Target.CSLJSON,
            order is Order.KEY,
            frozenset(tags or ()),
            tuple(cited or ()),
        ),
        output,
        may_overwrite=may_overwrite,
    )
