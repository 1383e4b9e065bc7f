"""`export` as it is typed: where works come from, what is written of them, and in which format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import compress
from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import Address, AnyDigests, DryRun, FormatName, Yes


class Target(Enum):
    """The formats that `--to` knows."""

    BIBTEX = "bibtex"
    BIBLATEX = "biblatex"
    CSLJSON = "csljson"


class Order(Enum):
    """The orders that `--sort` knows."""

    DIGEST = "digest"
    KEY = "key"


_FLAGS = ("short_venues", "abstract", "note", "awards")
"""The options that are flags of a style, by the names they have there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What is to be written and where to: "" is where the project says, "-" the screen.

    `style` holds the names of the flags of a style that are set.
    """

    output: str = ""
    target: Target | None = None
    items: str = ""
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    cited: tuple[Path, ...] = ()
    order: Order | None = None
    style: tuple[str, ...] = ()
    add_only: bool | None = None
    prune: bool = False
    may_overwrite: bool = False

    @property
    def is_csl(self) -> bool:
        """Whether CSL JSON is meant, by its name or that of the file."""
        is_json = self.output.casefold().endswith(".json")
        return self.target is Target.CSLJSON or (self.target is None and is_json)

    @property
    def choices(self) -> Mapping[str, object]:
        """What is chosen of works and their form, by the names that rules of a .bib have for it."""
        asked: dict[str, object] = dict.fromkeys(self.style, True)
        named = {"to": self.target, "sort": self.order}
        asked |= {name: choice.value for name, choice in named.items() if choice}
        asked |= {"to": Target.CSLJSON.value} if self.is_csl else {}
        asked |= {"tags": self.tags} if self.tags else {}
        asked |= {"collections": self.collections} if self.collections else {}
        cited = tuple(str(path.absolute()) for path in self.cited)
        return asked | ({"cited": cited} if cited else {})

    @property
    def rules(self) -> Mapping[str, object]:
        """The rules that are asked for, by name; they go before those of the configuration."""
        asked = {**self.choices, **({"prune": True} if self.prune else {})}
        return asked if self.add_only is None else {**asked, "add_only": self.add_only}


_Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The file to write; - prints it.",
        show_default="the project's, else -",
    ),
]
_To = Annotated[
    Target | None,
    typer.Option("--to", help="The format.", show_default="bibtex; csljson for a .json"),
]
_Items = Annotated[
    str,
    typer.Option(
        "--items",
        metavar="FILE",
        help="A JSON array of Zotero API items instead of a library; - reads standard input.",
        show_default=False,
    ),
]
_Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="TAG", help="Only items with this tag. Repeatable.", show_default=False
    ),
]
_Collections = Annotated[
    list[str] | None,
    typer.Option(
        "--collection",
        metavar="NAME",
        help="Only items in this collection. Repeatable.",
        show_default=False,
    ),
]
_Cited = Annotated[
    list[Path] | None,
    typer.Option(
        "--cited",
        metavar="FILE",
        help="Only what FILE cites: .tex, .aux, .bcf, .typ or Pandoc's .md. Repeatable.",
        show_default=False,
    ),
]
_Sort = Annotated[Order | None, typer.Option("--sort", help="The order.", show_default="digest")]
_ShortVenues = Annotated[bool, typer.Option("--short-venues", help="Short venue names: CVPR.")]
_Abstract = Annotated[bool, typer.Option("--abstract", help="Include abstracts.")]
_Note = Annotated[bool, typer.Option("--note", help="Include comments.")]
_Awards = Annotated[bool, typer.Option("--awards", help="Include awards, as notes.")]
_AddOnly = Annotated[
    bool | None,
    typer.Option(
        "--add-only/--update",
        help="Only add entries, or also update those that export wrote.",
        show_default="--update in a file that export made",
    ),
]
_Prune = Annotated[
    bool,
    typer.Option("--prune", help="Remove unwanted entries that export wrote; not with --add-only."),
]
_Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write the file anew; its content is lost.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(export)


def export(
    digests: AnyDigests = None,
    output: _Output = "",
    target: _To = None,
    items: _Items = "",
    tags: _Tags = None,
    collections: _Collections = None,
    cited: _Cited = None,
    order: _Sort = None,
    short_venues: _ShortVenues = False,
    abstract: _Abstract = False,
    note: _Note = False,
    awards: _Awards = False,
    address: Address = "",
    format_name: FormatName = "",
    add_only: _AddOnly = None,
    prune: _Prune = False,
    may_overwrite: _Overwrite = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
) -> None:
    """Write a bibliography: BibTeX, biblatex or CSL JSON.

    With DIGEST, export writes the entries of these digests. It then needs no library and no
    project. Without DIGEST it writes the library's items. Without -o it updates the .bib files of
    zoterodigest.toml. In an existing .bib it changes only entries that an export of this project
    wrote, and only fields that nobody edited since. In any other .bib it only adds entries.
    --overwrite shows what goes and asks; `undo` brings it back. Citation keys are the items' own.
    If an item has none, zoterodigest makes one from author, title and year.

    \b
    Examples:
      zoterodigest export
      zoterodigest export papers.md -o refs.bib
      zoterodigest export --to biblatex --tag task:inpainting
      zoterodigest export papers.md -o refs.bib --cited main.tex
      zoterodigest export --items items.json --to csljson -o -
    """
    wanted = ExportOptions(
        output=output,
        target=target,
        items=items,
        tags=tuple(tags or ()),
        collections=tuple(collections or ()),
        cited=tuple(cited or ()),
        order=order,
        style=tuple(compress(_FLAGS, (short_venues, abstract, note, awards))),
        add_only=add_only,
        prune=prune,
        may_overwrite=may_overwrite,
    )
    asked = Invocation(
        files=tuple(digests or ()),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
    )
    raise typer.Exit(_run(wanted, asked))


def _run(wanted: ExportOptions, asked: Invocation) -> int:
    from zoterodigest.cli.commands import export_run

    return export_run.run(wanted, asked)
