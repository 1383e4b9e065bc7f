"""What documents on the disk cite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from zoterodigest.bibtex.cited.cited import Cited, cited_in
from zoterodigest.bibtex.cited.mentions import is_document
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import BadInput, read_file, read_if_present


class NotADocument(ZoterodigestError):
    """A file was named for what it cites, and documents of its type cite in no way we know."""

    exit_code = 2


def read_cited(documents: Sequence[Path]) -> Cited:
    """Return what `documents` cite.

    One that cannot be read raises `BadInput`; one of another type raises `NotADocument`.
    """
    for path in documents:
        if not is_document(path.name):
            raise NotADocument(
                f"zoterodigest cannot find citations in {path}",
                "Name a .tex, .aux, .bcf, .typ, .qmd or Markdown file.",
            )
        read_file(path)
    return cited_in(documents, _read)


def _read(path: PurePath) -> bytes | None:
    """Return the bytes of a text that another one reads in; None if it cannot be read."""
    try:
        return read_if_present(Path(path))
    except BadInput:
        return None
