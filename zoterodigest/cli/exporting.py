"""The run of `export`: a plain .bib of what is in the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zoterodigest.bibtex.plain import plain_bib
from zoterodigest.cli.library_list import api_data, select
from zoterodigest.cli.places import open_library
from zoterodigest.cli.screen import counted, emit, emit_text, visible
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.project.files import CannotWrite, read_if_present, replace_file

_FIRST_LINE = "% Written by zoterodigest; an export replaces this file as a whole.\n\n"
_MARK = b"% Written by zoterodigest"


def export(address: str, output: str, *, may_overwrite: bool) -> None:
    """Write the library's live items into the file `output`, or to standard output if it is "-".

    A file that no export wrote is replaced only if that is allowed.
    """
    with open_library(address, Path()) as library:
        items = list(_works(library.read()))
    text = _FIRST_LINE + plain_bib(api_data(item) for item in items).rstrip("\n") + "\n"
    if output == "-":
        emit_text(text)
        return
    path = Path(output)
    present = read_if_present(path)
    if present and not present.startswith(_MARK) and not may_overwrite:
        raise CannotWrite(
            path,
            "it is a file that zoterodigest did not write",
            "Give another name, or --overwrite to replace it.",
        )
    replace_file(path, text.encode("utf-8"), present)
    emit([f"{visible(output)}: {counted(len(items), 'entry', 'entries')}"])


def _works(snapshot: Snapshot) -> Iterator[LibraryItem]:
    """Yield the live items that a bibliography can hold: no notes or files of their own."""
    for item in select(snapshot, (), ()).items:
        if item.data.get("itemType") not in ("note", "attachment"):
            yield item
