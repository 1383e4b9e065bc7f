"""Vaults: folders in which each file is the note of one paper, told from folders of lists."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from zoterodigest.digest.format.format import data_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import BadInput

_MOST_READ = 30
"""So many files, from all over a folder, tell what it holds."""


def why_vault(files: Sequence[Path]) -> str:
    """Return why the papers in `files` seem to be one a file; "" if these are lists.

    A list may have front matter that names one paper: what a format of lists reads is a list.
    """
    form, venues = data_formats()["note"], venue_table()
    chosen = files[:: max(1, len(files) // _MOST_READ)]
    notes = lists = 0
    for path in chosen:
        with suppress(BadInput):  # a file that can't be read says nothing
            data = read_digest(path).data
            if read_document(path.name, data, formats_for(path), venues).entries:
                lists += 1
            elif read_document(path.name, data, (form,), venues).entries:
                notes += 1
    return f"{notes} of {len(chosen)} files are notes of one paper each" if notes > lists else ""
