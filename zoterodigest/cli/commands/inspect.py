"""The command `inspect`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.options import AsJson, Digests, FormatName


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest push FILE...` brings the entries into a library.")(
        inspect
    )


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
    from zoterodigest.cli.show import bib_inspection, inspection
    from zoterodigest.cli.show.encoder import emit_json
    from zoterodigest.project.layout import parted

    digests, named = parted(files)
    bibs = bib_inspection.inspect_bibs(named)
    found = inspection.inspect_files(digests, format_name)
    if as_json:
        bib_data = bib_inspection.as_data(bibs) if len(digests) < len(files) else {}
        emit_json(inspection.as_data(found) | bib_data)
    else:
        from zoterodigest.cli.show import inspection_text

        screen.emit(inspection_text.as_text(found) if digests else ())
        screen.emit(bib_inspection.as_text(bibs))
    for error in (*found.errors, *bibs.errors):
        screen.tell_error(str(error), error.hint)
    raise typer.Exit(found.exit_code or bibs.exit_code)
