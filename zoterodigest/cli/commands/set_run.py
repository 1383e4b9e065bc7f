"""The run of `set`: show what changes in an item, and write it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.places import open_library
from zoterodigest.cli.base.screen import counted, emit, tell_failure, wrapped
from zoterodigest.cli.base.talk import busy, progress
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import changes_data, changes_text
from zoterodigest.project.files import read_file, require_text
from zoterodigest.project.running import require_idle
from zoterodigest.sync.apply.changes import Results
from zoterodigest.sync.gathering.workspace import open_workspace
from zoterodigest.sync.items.setting import Setting, prepare_setting, write_setting

FINE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class SetOptions:
    """What is to be set in which item: values by field, a file with the note's text."""

    name: str
    values: Mapping[str, str]
    note: Path | None = None


def values_of(assignments: Sequence[str]) -> dict[str, str]:
    """Return the values by field of `FIELD=VALUE` texts; raises `BadParameter` for another."""
    values: dict[str, str] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is no FIELD=VALUE")
        values[name.strip()] = value.strip()
    return values


def run(wanted: SetOptions, asked: Invocation) -> int:
    """Set what is wanted; return the exit code."""
    text = _text(wanted.note) if wanted.note else None
    library = open_library(asked.address, Path())
    opened = open_workspace((), Path(), chosen=chosen(asked.address))
    if not asked.is_dry_run:
        require_idle(opened.project.state_folder)
    with library:
        with busy("Reading the library"):
            workspace = replace(opened, library=library)
            setting = prepare_setting(workspace, wanted.name, wanted.values, text)
        if not asked.as_json:
            emit(changes_text(setting.run) if setting.sent else ["Nothing to write."])
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


def _written_text(setting: Setting, number: int) -> str:
    notes = sum("note" in one.data for one in setting.sent.items)
    kinds = (number - notes, "item"), (notes, "note")
    return f"{' and '.join(counted(n, noun) for n, noun in kinds if n)} written"


def _text(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    data = read_file(path).data
    require_text(path, data)
    return data.decode("utf-8-sig", "replace")
