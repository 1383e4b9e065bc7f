"""What documents on the disk cite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from zoterodigest.bibtex.cited import Cited, cited_in
from zoterodigest.project.files import BadInput, read_file, read_if_present


def read_cited(documents: Sequence[Path]) -> Cited:
    """Return what `documents` cite; one that cannot be read raises `BadInput`."""
    for path in documents:
        read_file(path)
    return cited_in(documents, _read)


def _read(path: PurePath) -> bytes | None:
    """Return the bytes of a text that another one reads in; None if it cannot be read."""
    try:
        return read_if_present(Path(path))
    except BadInput:
        return None
