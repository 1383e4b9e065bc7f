"""The command `open`: show an item in Zotero, in a browser, as a PDF, or in an editor."""

from __future__ import annotations

from pathlib import Path

import typer

from zoterodigest.cli.base.completion import items_like
from zoterodigest.cli.base.options import FINE, Invocation, argument, command, flag
from zoterodigest.cli.base.programs import NotRun, at_line, editor, launch, run_program
from zoterodigest.cli.base.projects import (
    items_by_citekey,
    library_here,
    near,
    open_library,
    project_in,
)
from zoterodigest.cli.base.screen import tell_note, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.commands.file_items import item_of_file, place_in_file
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import (
    ApiAddress,
    group_in_links,
    library_in_links,
    parse_address,
    select_link,
)
from zoterodigest.library.port import Snapshot
from zoterodigest.library.rules.values import is_key
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.sync.items.finding import item_meant


@command("what on_web as_pdf in_editor prints_only address as_json")
def open(
    asked: Invocation,
    what: str = argument("FILE[:LINE]|KEY|ID", autocompletion=items_like),
    on_web: bool = flag("--web", "Open the paper's page: its DOI, arXiv or web address."),
    as_pdf: bool = flag("--pdf", "Open its PDF in Zotero, or else at arXiv."),
    in_editor: bool = flag("--file", "Open its entry in $VISUAL or $EDITOR, at its line."),
    prints_only: bool = flag("--print", "Print the link or FILE:LINE, open nothing."),
) -> int:
    """Open an item in Zotero, or its page, PDF or entry.

    FILE is a digest that links one item, such as a note of a vault. FILE:LINE is the entry at a
    line of a list. KEY is an item key or a citation key. ID is an arXiv id, a DOI, a web address or
    words of the title. If several items fit, they are listed. Files and item keys take no request
    to a library, unless with --web or --pdf: bind `open` to a key of your editor.

    \b
    Examples:
      zoterodigest open Papers/vaswani2017.md
      zoterodigest open papers.md:120 --pdf
      zoterodigest open vaswani2017 --web
      zoterodigest open "attention is all" --file
      zoterodigest open 10.1109/5.771073 --print
    """
    if on_web + as_pdf + in_editor > 1:
        raise typer.BadParameter("give one of --web, --pdf and --file")
    path, line = place_in_file(what)
    project = project_in(path.parent if path.is_file() else Path())
    # Zotero is not asked for what only a file or a browser shows.
    library = None if on_web or as_pdf or in_editor else _zotero_of(project, asked.address)
    if in_editor and path.is_file():
        return _edited("", path, line, asked, prints_only=prints_only)
    key = _key_of(project, what, asked.address)
    if in_editor:
        return _edited(key, *_entry_of(project, key), asked, prints_only=prints_only)
    if library is not None:
        link = select_link(group_in_links(library), key)
    else:
        link = (_page if on_web else _pdf)(project, asked.address, key)
    if not prints_only:
        _launch(link)
    data = {"item": key, "link": link, "is_opened": not prints_only}
    done = "" if prints_only else "Opened "
    emit_result(asked, [f"{done}{visible(link)}"], data)
    return FINE


class NotShownInZotero(ZoterodigestError):
    """Zotero cannot show an item: it does not hold the library, or no program opens its links."""

    exit_code = 14


class NothingToOpen(ZoterodigestError):
    """An item has no page, no PDF, or no entry in a digest."""


def _zotero_of(project: ProjectFolder, address: str) -> ApiAddress:
    """Return the library that is meant, if Zotero can show it."""
    library = parse_address(library_here(address, project)[0])
    if not isinstance(library, ApiAddress):
        raise NotShownInZotero(
            f"Zotero doesn't have the trial library {visible(library.text)}",
            "`open --web`, `open --pdf` and `open --file` do without Zotero, and `zoterodigest show"
            " KEY` shows an item of it. --library names another library.",
        )
    return library


def _key_of(project: ProjectFolder, what: str, address: str) -> str:
    """Return the item that a person means by a file, a place in it, a key or an ID."""
    path, line = place_in_file(what)
    if path.is_file():
        return item_of_file(project, path, line)
    if is_key(what):
        return what
    items = _read(project, address).items
    with busy("Looking for the item"):
        return item_meant(items, what, lambda: items_by_citekey(address)).key


def _read(project: ProjectFolder, address: str) -> Snapshot:
    with open_library(address, project) as library, busy("Reading the library"):
        return library.read()


def _page(project: ProjectFolder, address: str, key: str) -> str:
    from zoterodigest.sync.items.looking import page_of

    with open_library(address, project) as library:
        items = library.fetch([key])
    if link := next((page_of(one.json) for one in items), ""):
        return link
    raise NothingToOpen(
        f"the item {key} has no DOI, arXiv id or web address", "`zoterodigest set` gives it one."
    )


def _pdf(project: ProjectFolder, address: str, key: str) -> str:
    """Return the link of an item's PDF: in Zotero if Zotero has it, else at arXiv."""
    from zoterodigest.sync.items.looking import arxiv_pdf, attached_pdf

    items = _read(project, address).items
    library = parse_address(library_here(address, project)[0])
    attached = attached_pdf(items, key)
    if attached and isinstance(library, ApiAddress):
        return f"zotero://open-pdf/{library_in_links(group_in_links(library))}/items/{attached}"
    if link := next((arxiv_pdf(one.json) for one in items if one.key == key), ""):
        return link
    raise NothingToOpen(
        f"the item {key} has no PDF in Zotero and none at arXiv",
        f"`zoterodigest open {key} --web` opens the paper's page.",
    )


def _entry_of(project: ProjectFolder, key: str) -> tuple[Path, int]:
    """Return where the first entry of an item is; note where its others are."""
    from zoterodigest.sync.items.looking import entries_of_item

    places = [(near(path), line) for path, line in entries_of_item(project, key)]
    if not places:
        raise NothingToOpen(
            f"no digest here has an entry that is linked with the item {key}",
            f"`zoterodigest show {key}` shows the item.",
        )
    for path, line in places[1:]:
        tell_note(f"the item also has an entry at {path}:{line}")
    return places[0]


def _edited(key: str, path: Path, line: int, asked: Invocation, *, prints_only: bool) -> int:
    """Open a file at a line in the person's editor."""
    place = f"{path}:{line}" if line else str(path)
    if not prints_only:
        hint = "Set $EDITOR to a program that is installed."
        ended = run_program(at_line(editor(), path, line), hint)
        if ended:
            raise NotRun(f"the editor ended with {ended}", hint)
    data = {"item": key or None, "link": place, "is_opened": not prints_only}
    emit_result(asked, [visible(place)] if prints_only else [], data)
    return FINE


def _launch(link: str) -> None:
    if not launch(link):
        what = "Zotero" if link.startswith("zotero:") else "the web"
        raise NotShownInZotero(
            f"no program on this computer opens links of {what}",
            f"Start Zotero once, so that the system knows it. The link is {link}"
            if what == "Zotero"
            else f"The link is {link}",
        )
