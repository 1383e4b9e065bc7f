"""The command `set`: show what changes in an item, and write it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.project_context import open_existing, require_idle_to_write
from zoterodigest.cli.base.screen import emit, tell_failure, wrapped
from zoterodigest.cli.base.talk import busy, emit_unless_json, progress
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import changes_data, changes_text, library_changes_text
from zoterodigest.project.files import read_file, require_text
from zoterodigest.sync.apply.changes import Results
from zoterodigest.sync.items.setting import Setting, prepare_setting, write_setting


# main looks a command up by its name; nothing in this module needs Python's `set`.
@command(
    "name assignments note is_dry_run address as_json",
    epilog="Next: `zoterodigest sync` brings it into the digests.",
)
def set(
    asked: Invocation,
    name: str = argument("KEY"),
    assignments: Sequence[str] = argument("[FIELD=VALUE]...", ()),
    note: Path | None = option(
        "--note FILE", "Markdown for the note; - reads standard input.", None
    ),
) -> int:
    """Edit an item of the library, as you would in Zotero.

    KEY is the item's key or citation key, its arXiv id, DOI or web address, or words of its title.
    If several items fit, they are listed and nothing is written. FIELD is a field of Zotero (title,
    date, DOI, ...) or `authors`: first name first, with semicolons between the names. An empty
    VALUE clears the field.

    --note takes the text of the item's summary from a file. An item without a summary gets a new
    note. To edit another note, give its key as KEY.

    \b
    Examples:
      zoterodigest set U7GSK22K title="Attention Is All You Need" date=2017-06-12
      zoterodigest set vaswani2017 authors="Ashish Vaswani; Noam Shazeer"
      zoterodigest set U7GSK22K --note summary.md
    """
    values = _values(assignments)
    if not values and note is None:
        raise typer.BadParameter("give FIELD=VALUE or --note FILE")
    text = _text(note) if note else None
    workspace = open_existing(asked.address, Path())
    require_idle_to_write(asked, workspace.project)
    with workspace.library:
        with busy("Reading the library"):
            setting = prepare_setting(workspace, name, values, text)
        plan = changes_text(setting.run) if setting.sent else ["Nothing to write."]
        emit_unless_json(asked, plan)
        results = Results()
        if setting.sent and not asked.is_dry_run:
            with progress("Writing", "written") as report:
                results = write_setting(setting, report)
    if asked.as_json:
        emit_json({"written": len(results.versions), **changes_data(setting.run)})
    elif asked.is_dry_run and setting.sent:
        what = _written_text(setting, len(setting.sent.items))
        emit(["", *wrapped(planned_line(what))])
    elif results.versions:
        emit(["", f"Done: {_written_text(setting, len(results.versions))}."])
    for key, reason in sorted(results.failed.items()):
        tell_failure(key, str(reason))
    return FAILED if results.failed else FINE


def _values(assignments: Sequence[str]) -> dict[str, str]:
    """Return the values by field of `FIELD=VALUE` texts; raises `BadParameter` for another."""
    values: dict[str, str] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is not FIELD=VALUE")
        values[name.strip()] = value.strip()
    return values


def _written_text(setting: Setting, number: int) -> str:
    notes = sum("note" in one.data for one in setting.sent.items)
    return f"{library_changes_text({'items': number - notes, 'notes': notes})} written"


def _text(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    data = read_file(path).data
    require_text(path, data)
    return data.decode("utf-8-sig", "replace")
