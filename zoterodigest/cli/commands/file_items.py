"""Items that a person names by a file, or by a line of it."""

from __future__ import annotations

import shlex
from pathlib import Path

from zoterodigest.cli.base.screen import visible
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.parts import rows_in_digest


class NoSingleItem(ZoterodigestError):
    """A file links no item, or several; or there is no linked entry at a line of it."""


def place_in_file(what: str) -> tuple[Path, int]:
    """Return the file that is meant, and its line as editors count it; 0 if none is given."""
    name, _, line = what.rpartition(":")
    is_place = line.isdecimal() and not Path(what).is_file()
    return (Path(name), int(line)) if is_place and Path(name).is_file() else (Path(what), 0)


def item_of_file(project: ProjectFolder, path: Path, line: int) -> str:
    """Return the item of a note, or of the entry at a line of a list; raise `NoSingleItem`."""
    is_list = line and not project.former_rules(project.key_of(path)).is_vault
    return _item_at(project, path, line) if is_list else _linked_item(project, path)


def _linked_item(project: ProjectFolder, path: Path) -> str:
    """Return the item that the file is linked with; raise `NoSingleItem` if there isn't one."""
    data = read_if_present(project.lock_path)
    rows = rows_in_digest(data, project.key_of(path), project.lock_path)
    match {row.item for row in rows if row.links_digest}:
        case keys if len(keys) == 1:
            return keys.pop()
        case keys if keys:
            raise NoSingleItem(
                f"{visible(str(path))} links {len(keys)} items",
                "Give the line of one of them, as FILE:LINE, or a key or an ID: `zoterodigest ls`"
                " lists the keys.",
            )
        case _:
            reason = _why_no_entry(project, path)
            raise NoSingleItem(
                f"{visible(str(path))} is not linked with an item",
                f"It is no note of a paper: {reason}."
                if reason
                else f"`zoterodigest sync {visible(shlex.quote(str(path)))}` links it.",
            )


def _why_no_entry(project: ProjectFolder, path: Path) -> str:
    """Return why a file of a vault is no note of a paper; "" if it is one, or is a list."""
    from zoterodigest.mapping import venue_table
    from zoterodigest.sync.new_papers.inserting import open_digest

    (digest,) = project.digests([path])
    document = open_digest(project, path, venue_table()).document
    if document.entries or not digest.rules.is_vault:
        return ""
    return visible(next((one.reason for one in document.skipped), ""))


def _item_at(project: ProjectFolder, path: Path, line: int) -> str:
    """Return the item of the entry at a line of a list; raise `NoSingleItem` if it has none."""
    # An item key and a note of one paper need nothing that reads a digest (0.1 s of imports).
    from zoterodigest.sync.items.looking import entries_with_rows

    name, quoted = visible(str(path)), visible(shlex.quote(str(path)))
    for entry, row in entries_with_rows(project, path):
        if entry.place.start_line <= line <= entry.place.end_line:
            if row is not None:
                return row.item
            raise NoSingleItem(
                f"the entry at line {line} of {name} is not linked with an item",
                f"`zoterodigest sync {quoted}` links it.",
            )
    raise NoSingleItem(
        f"line {line} of {name} is in no entry", f"`zoterodigest inspect {quoted}` lists them."
    )
