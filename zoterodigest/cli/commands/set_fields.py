"""The commands `set` and `tag`: show what changes in items, and write it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from zoterodigest.cli.base.completion import items_like, items_or_tags_like
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.projects import open_existing, require_idle_to_write
from zoterodigest.cli.base.screen import emit, tell_failure, tell_note, wrapped
from zoterodigest.cli.base.talk import busy, emit_unless_json, progress
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import changes_data, changes_text, library_changes_text
from zoterodigest.project.files import read_file, require_text
from zoterodigest.sync.apply.changes import Results
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.setting import Setting, prepare_setting, prepare_tagging, write_setting


# main looks a command up by its name; nothing in this module needs Python's `set`.
@command(
    "name assignments note is_dry_run address as_json",
    epilog="Next: `zoterodigest sync` brings it into the digests.",
)
def set(
    asked: Invocation,
    name: str = argument("KEY", autocompletion=items_like),
    assignments: Sequence[str] = argument("FIELD=VALUE", ()),
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
    return _carried_out(asked, lambda workspace: prepare_setting(workspace, name, values, text))


class _TagCommand(TyperCommand):
    """A command whose arguments may begin with a minus: `-old` is a tag, and no four options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        options, words = list[str](), list[str]()
        known = {name: one for one in self.params for name in one.opts}
        left = iter(args[:end])
        for word in left:
            if word in ("-h", "--help") or word in known or word.startswith("--"):
                options.append(word)
                takes_value = word in known and not getattr(known[word], "is_flag", False)
                options += [next(left)] if takes_value else []
            else:
                words.append(word)
        return super().parse_args(ctx, [*options, "--", *words, *args[end + 1 :]])


@command(
    "words is_dry_run address as_json",
    cls=_TagCommand,
    epilog="Next: `zoterodigest sync` brings tags that a digest shows into it.",
)
def tag(
    asked: Invocation,
    words: Sequence[str] = argument("KEY|+TAG|-TAG", autocompletion=items_or_tags_like),
) -> int:
    """Add and remove tags of items, as you would in Zotero.

    KEY means an item as in `show`. +TAG adds a tag, -TAG removes it. Put a tag with blanks in
    quotation marks. Put tags that look like an option after `--`. `undo` undoes the edit.

    \b
    Examples:
      zoterodigest tag U7GSK22K +to-read -skimmed
      zoterodigest tag vaswani2017 ho2020denoising "+task:image generation"
      zoterodigest tag 1706.03762 -- -n
    """
    names = [word for word in words if word[:1] not in ("+", "-")]
    edits = {sign: [word[1:].strip() for word in words if word[:1] == sign] for sign in "+-"}
    if not names or not any(edits.values()) or "" in (*edits["+"], *edits["-"]):
        raise typer.BadParameter("give KEY, and +TAG or -TAG")
    added, removed = (list(dict.fromkeys(edits[sign])) for sign in "+-")
    return _carried_out(asked, lambda workspace: prepare_tagging(workspace, names, added, removed))


def _carried_out(asked: Invocation, prepare: Callable[[Workspace], Setting]) -> int:
    """Show what changes in items, write it, and return the exit code."""
    workspace = open_existing(asked.address, Path())
    require_idle_to_write(asked, workspace.project)
    with workspace.library:
        with busy("Reading the library"):
            setting = prepare(workspace)
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
    for remark in setting.remarks:
        tell_note(remark)
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
