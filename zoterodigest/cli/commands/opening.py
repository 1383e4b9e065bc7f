"""The command `open`: show an item in Zotero."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import typer

from zoterodigest.cli.base.options import FINE, Invocation, argument, command, flag
from zoterodigest.cli.base.project_context import chosen, open_library, project_in
from zoterodigest.cli.base.screen import visible
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import ApiAddress, parse_address, select_link
from zoterodigest.library.rules.values import is_key
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import Project
from zoterodigest.project.lock.parts import rows_in_digest
from zoterodigest.sync.gathering.workspace import library_meant
from zoterodigest.sync.items.finding import item_meant


@command("what prints_only address as_json")
def open(
    asked: Invocation,
    what: str = argument("FILE[:LINE]|KEY|ID"),
    prints_only: bool = flag("--print", "Print the link, open nothing."),
) -> int:
    """Open an item in Zotero.

    FILE is a digest that links one item, such as a note of a vault. FILE:LINE is the entry at a
    line of a list. KEY is an item key or a citation key. ID is an arXiv id, a DOI, a web address or
    words of the title. If several items fit, they are listed. Files and item keys take no request
    to a library: bind `open` to a key of your editor.

    \b
    Examples:
      zoterodigest open Papers/vaswani2017.md
      zoterodigest open papers.md:120
      zoterodigest open vaswani2017
      zoterodigest open 10.1109/5.771073 --print
    """
    path, line = _place(what)
    is_file = path.is_file()
    project = project_in(path.parent if is_file else Path())
    library = _zotero_of(project, asked.address)
    if not is_file:
        key = _item(what, asked.address, project)
    elif line and not project.former_rules(project.key_of(path)).is_vault:
        key = _item_at(project, path, line)
    else:
        key = _linked_item(project, path)
    group = str(library.number) if library.kind == "group" else ""
    link = select_link(group, key)
    if not prints_only:
        _launch(link)
    data = {"item": key, "link": link, "is_opened": not prints_only}
    done = "" if prints_only else "Opened "
    emit_result([f"{done}{visible(link)}"], data, as_json=asked.as_json)
    return FINE


class NotShownInZotero(ZoterodigestError):
    """Zotero cannot show an item: it does not hold the library, or no program opens its links."""

    exit_code = 14


class NoSingleItem(ZoterodigestError):
    """A file links no item, or several; or there is no linked entry at a line of it."""


def _place(what: str) -> tuple[Path, int]:
    """Return the file that is meant, and its line as editors count it; 0 if none is given."""
    name, _, line = what.rpartition(":")
    is_place = line.isdecimal() and not Path(what).is_file()
    return (Path(name), int(line)) if is_place and Path(name).is_file() else (Path(what), 0)


def _zotero_of(project: Project, address: str) -> ApiAddress:
    """Return the library that is meant, if Zotero can show it."""
    text, _ = library_meant(project, Path(), chosen(address))
    library = parse_address(text)
    if not isinstance(library, ApiAddress):
        raise NotShownInZotero(
            f"Zotero doesn't have the trial library {visible(library.text)}",
            "`zoterodigest show KEY` shows an item of it. --library names another library.",
        )
    return library


def _linked_item(project: Project, path: Path) -> str:
    """Return the item that the file is linked with; raise `NoSingleItem` if there isn't one."""
    data = read_if_present(project.lock_path) or b""
    rows = rows_in_digest(data, project.key_of(path), project.lock_path)
    match {row.item for row in rows if row.links_digest}:
        case keys if len(keys) == 1:
            return keys.pop()
        case keys if keys:
            raise NoSingleItem(
                f"{visible(str(path))} links {len(keys)} items",
                "Give a key or an ID instead: `zoterodigest ls` lists the keys.",
            )
        case _:
            raise NoSingleItem(
                f"{visible(str(path))} is not linked with an item",
                f"`zoterodigest sync {visible(shlex.quote(str(path)))}` links it.",
            )


def _item_at(project: Project, path: Path, line: int) -> str:
    """Return the item of the entry at a line of a list; raise `NoSingleItem` if it has none."""
    # An item key and a note of one paper need nothing that reads a digest (0.1 s of imports).
    from zoterodigest.core.works.pairing import PairingScope, UnreadText, pair
    from zoterodigest.mapping import venue_table
    from zoterodigest.sync.new_papers.inserting import open_digest

    document = open_digest(project, path, venue_table()).document
    entries = enumerate(document.entries)
    at = next((at for at, one in entries if one.first < line <= one.last + 1), None)
    name = visible(str(path))
    if at is None:
        raise NoSingleItem(
            f"line {line} of {name} is in no entry",
            f"`zoterodigest inspect {visible(shlex.quote(str(path)))}` lists the entries.",
        )
    data = read_if_present(project.lock_path) or b""
    rows = rows_in_digest(data, document.name, project.lock_path)
    scope = PairingScope(frozenset({document.name}))
    row = pair(document.core_entries(), rows, scope, UnreadText()).rows.get(at)
    if row is None or not row.links_digest:
        raise NoSingleItem(
            f"the entry at line {line} of {name} is not linked with an item",
            f"`zoterodigest sync {visible(shlex.quote(str(path)))}` links it.",
        )
    return row.item


def _item(name: str, address: str, project: Project) -> str:
    """Return the key of the item that a person means by `name`; may ask the library."""
    if is_key(name):
        return name
    with open_library(address, Path(), project) as library:
        snapshot = library.read()
    return item_meant(snapshot.items, name).key


def _launch(link: str) -> None:
    """Let the system open a link; on Linux its failure is not known."""
    if sys.platform == "win32":  # there, typer's way is a command of the shell
        os.startfile(link)
    elif typer.launch(link):
        raise NotShownInZotero(
            "no program on this computer opens links of Zotero",
            f"Start Zotero once, so that the system knows it. The link is {link}",
        )
