"""The commands that read: inspect, formats, ls, show; and init, which writes one new file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoterodigest.cli.base.options import Address, AnyFiles, AsJson, Digests, FormatName


def add_first_to(app: typer.Typer) -> None:
    """Add the commands a person begins with."""
    app.command(epilog="Next: `zoterodigest push FILE...` brings the entries into a library.")(
        inspect
    )


def add_to(app: typer.Typer) -> None:
    """Add the other commands to `app`, in the order in which they are listed."""
    app.command()(ls)
    app.command()(show)
    app.command()(formats)
    app.command()(init)


def inspect(files: Digests, format_name: FormatName = "", as_json: AsJson = False) -> None:
    """See what zoterodigest understands of digests or a .bib.

    inspect lists every entry, the lines it skipped and why, entries that it can't read, and papers
    that appear twice. It also lists what looks odd: a short author list, an empty link, text in a
    wrong encoding, words left from a template. It changes nothing.

    \b
    Examples:
      zoterodigest inspect papers.md
      zoterodigest inspect daily/*.md --json > entries.json
      zoterodigest inspect notes.md --format table
      zoterodigest inspect refs.bib

    zoterodigest detects the format. To add your own, put a file NAME.format.toml beside the digest
    (docs/formats.md). The exit code is 1 if a file or an entry wasn't understood.
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.commands import bib_inspection
    from zoterodigest.cli.show import inspection
    from zoterodigest.project.layout import parted

    digests, named = parted(files)
    bibs = bib_inspection.inspect_bibs(named)
    found = inspection.inspect_files(digests, format_name)
    if as_json:
        bib_data = bib_inspection.as_data(bibs) if len(digests) < len(files) else {}
        screen.emit_json(inspection.as_data(found) | bib_data)
    else:
        from zoterodigest.cli.show import inspection_text

        screen.emit(inspection_text.as_text(found) if digests else ())
        screen.emit(bib_inspection.as_text(bibs))
    for error in (*found.errors, *bibs.errors):
        screen.tell_error(str(error), error.hint)
    raise typer.Exit(found.exit_code or bibs.exit_code)


def formats(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FOLDER",
            hidden=True,
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the formats and what they read.

    A format is a TOML file. Your own format lies beside the digest as NAME.format.toml, and
    zoterodigest tries it first. formats looks for them in FOLDER or in the current folder.
    docs/formats.md shows how to write one.
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.show import format_list

    screen.emit(format_list.as_text(folders or [Path()]))


def init(
    digests: AnyFiles = None,
    is_fresh: Annotated[
        bool, typer.Option("--fresh", help="Rename the lock file and start anew.")
    ] = False,
) -> None:
    """Write a zoterodigest.toml to adjust.

    init writes it into the current folder and never overwrites a file. zoterodigest also works
    without it: then the library and the lock file lie beside the digests.

    If a program seems to write a FILE, init proposes pull = false. If a FILE repeats another one,
    for example in a second language, it proposes push = ["summary"]. It says why. A .bib, which
    need not exist yet, becomes a [[bibliography]]: each sync exports into it.

    --fresh writes no configuration. It renames the lock file, so that you can use another library.
    The next push finds the items there again and adopts them.

    \b
    Examples:
      zoterodigest init
      zoterodigest init notes/papers.md daily/*.md
      zoterodigest init papers.md paper/refs.bib
      zoterodigest init --fresh
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.commands import start

    if is_fresh:
        screen.emit(start.begin_anew(Path(), digests or []))
    else:
        screen.emit(start.write_configuration(Path(), digests or []))


def ls(
    address: Address = "",
    collections: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            metavar="NAME",
            help="Only items in this collection or below: its name, path A/B or key.",
            show_default=False,
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="TAG",
            help="Only items with this tag. Repeatable; an item must have all of them.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    with_children: Annotated[
        bool, typer.Option("--children", help="With --json: also notes and attachments.")
    ] = False,
) -> None:
    """List the items of the library by collection.

    \b
    Examples:
      zoterodigest ls
      zoterodigest ls --collection papers --tag task:inpainting
      zoterodigest ls --library embedded:demo/library.sqlite --json --children

    --json prints the items as in the Zotero API (`data`), without the trash.
    """
    from zoterodigest.cli.base import screen
    from zoterodigest.cli.base.places import open_library
    from zoterodigest.cli.show import library_list

    with open_library(address, Path()) as library:
        snapshot = library.read()
    shown = library_list.select(snapshot, collections or (), tags or ())
    if as_json:
        screen.emit_json(library_list.as_data(shown, with_children=with_children))
    else:
        screen.emit(library_list.as_text(shown))


def show(
    keys: Annotated[list[str], typer.Argument(metavar="KEY", hidden=True, show_default=False)],
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Show items with their tags, links and notes.

    KEY is an item key, as in `ls`, or a citation key. If a value was looked up, show names its
    source.

    \b
    Examples:
      zoterodigest show ABCD2345
      zoterodigest show ho2020denoising
    """
    from zoterodigest.cli.base import places, screen
    from zoterodigest.cli.show import item_text, library_list

    with places.open_library(address, Path()) as library:
        snapshot = library.read()
        sources = places.sources_in(Path(), library, snapshot)
    items = library_list.find(snapshot, keys)
    if as_json:
        family = [one for item in items for one in library_list.family(snapshot, item)]
        screen.emit_json([library_list.api_data(one, sources.get(one.key)) for one in family])
    else:
        told = ((item, sources.get(item.key, {})) for item in items)
        screen.emit(line for one in told for line in item_text.as_text(snapshot, *one))
