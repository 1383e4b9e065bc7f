"""`export` as it is typed: where works come from, what is written of them, and in which format."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AnyDigests, DryRun, FormatName, Yes
from zoterodigest.core.file_keys import names_bib


class Target(Enum):
    """The formats that `--to` knows."""

    BIBTEX = "bibtex"
    BIBLATEX = "biblatex"
    CSLJSON = "csljson"


class Order(Enum):
    """The orders that `--sort` knows."""

    DIGEST = "digest"
    KEY = "key"


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(export)


def export(
    digests: AnyDigests = None,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write; - prints it.",
            show_default="the project's, else -",
        ),
    ] = "",
    target: Annotated[
        Target | None,
        typer.Option("--to", help="The format.", show_default="bibtex; csljson for a .json"),
    ] = None,
    items: Annotated[
        str,
        typer.Option(
            "--items",
            metavar="FILE",
            help="A JSON array of Zotero API items instead of a library; - reads standard input.",
            show_default=False,
        ),
    ] = "",
    tags: Annotated[
        list[str] | None,
        typer.Option(
            "--tag", metavar="TAG", help="Only items with this tag. Repeatable.", show_default=False
        ),
    ] = None,
    collections: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            metavar="NAME",
            help="Only items in this collection. Repeatable.",
            show_default=False,
        ),
    ] = None,
    cited: Annotated[
        list[Path] | None,
        typer.Option(
            "--cited",
            metavar="FILE",
            help="Only what FILE cites: .tex, .aux, .bcf, .typ or Pandoc's .md. Repeatable.",
            show_default=False,
        ),
    ] = None,
    order: Annotated[
        Order | None, typer.Option("--sort", help="The order.", show_default="digest")
    ] = None,
    short_venues: Annotated[
        bool, typer.Option("--short-venues", help="Short venue names: CVPR.")
    ] = False,
    abstract: Annotated[bool, typer.Option("--abstract", help="Include abstracts.")] = False,
    note: Annotated[bool, typer.Option("--note", help="Include comments.")] = False,
    awards: Annotated[bool, typer.Option("--awards", help="Include awards, as notes.")] = False,
    address: Address = "",
    format_name: FormatName = "",
    add_only: Annotated[
        bool | None,
        typer.Option(
            "--add-only/--update",
            help="Only add entries, or also update those that export wrote.",
            show_default="--update in a file that export made",
        ),
    ] = None,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Remove unwanted entries that export wrote; not with --add-only."
        ),
    ] = False,
    may_overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write the file anew; its content is lost.")
    ] = False,
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
    from zoterodigest.bibtex.latex import Dialect
    from zoterodigest.bibtex.style import Style
    from zoterodigest.cli.commands import export_run, project_export
    from zoterodigest.cli.commands.writing_over import Writing

    writing = Writing(may_overwrite, is_dry_run=is_dry_run, is_agreed=is_agreed)
    if digests and items:
        raise typer.BadParameter("give digests or --items, not both")
    if collections and (digests or items):
        raise typer.BadParameter("--collection is for a library")
    if (add_only is not None or prune) and (digests or items):
        raise typer.BadParameter(
            "--add-only, --update and --prune are for a library: of digests entries are only added;"
            " --overwrite writes the file anew"
        )
    if target is None and output.casefold().endswith(".json"):
        target = Target.CSLJSON
    flags = {"short_venues": short_venues, "abstract": abstract, "note": note, "awards": awards}
    asked: dict[str, object] = {name: True for name, is_set in flags.items() if is_set}
    choices = {"to": target, "sort": order}
    asked |= {name: choice.value for name, choice in choices.items() if choice}
    texts = {"tags": tags, "collections": collections}
    asked |= {name: tuple(given) for name, given in texts.items() if given}
    asked |= {"cited": tuple(str(path.absolute()) for path in cited)} if cited else {}
    workspace = None
    if not digests and not items:
        may_be_all = not output and not asked and target is not Target.CSLJSON
        workspace = project_export.project_here(address, output, may_be_all=may_be_all)
    if workspace is not None and target is not Target.CSLJSON:
        rules = asked | ({"prune": True} if prune else {})
        rules |= {} if add_only is None else {"add_only": add_only}
        if not output and not asked and workspace.bibs:
            raise typer.Exit(project_export.export_all(workspace, rules, writing))
        if names_bib(output):
            path = Path(output)
            code = project_export.export_into(workspace, path, rules, writing)
            raise typer.Exit(code)
        if output in ("", "-"):
            raise typer.Exit(project_export.show(workspace, rules))
    source: export_run.Source
    if digests:
        source = export_run.FromDigests(tuple(digests), format_name)
    elif items:
        source = export_run.FromFile(Path(items))
    else:
        known = project_export.known_keys(workspace)
        source = export_run.FromLibrary(address, tuple(collections or ()), *known)
    style = Style(
        Dialect.BIBLATEX if target is Target.BIBLATEX else Dialect.BIBTEX,
        short_venues=short_venues,
        abstract=abstract,
        note=note,
        awards=awards,
    )
    export_run.export(
        source,
        export_run.Wanted(
            style,
            target is Target.CSLJSON,
            order is Order.KEY,
            frozenset(tags or ()),
            tuple(cited or ()),
        ),
        output or "-",
        writing,
    )
