"""The command `inspect`: what zoterodigest understands of digests and .bib files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.screen import emit, tell_error
from zoterodigest.cli.base.talk import busy, emit_long
from zoterodigest.cli.show.encoder import emit_json, emit_result
from zoterodigest.cli.show.inspection import (
    Unreadable,
    bibs_data,
    digests_data,
    inspect_bibs,
    inspect_digests,
    inspection_code,
)
from zoterodigest.cli.show.inspection_text import bibs_text, digests_text
from zoterodigest.project.layout import by_kind


@command(
    "paths format_name explain as_json",
    epilog="Next: `zoterodigest push FILE...` brings the entries into a library.",
)
def inspect(
    asked: Invocation,
    paths: Sequence[Path] = argument("FILE", ()),
    explain: int | None = option(
        "--explain LINE", "Show how this line is read, or why it isn't.", None, min=1
    ),
) -> int:
    """See what zoterodigest understands of digests or a .bib.

    inspect lists every entry, the lines it skipped and why, entries that it can't read, and papers
    that appear twice. It also lists what looks odd: a short author list, an empty link, text in a
    wrong encoding, words left from a template. Of a folder, it shows which files are notes of one
    paper, as in a vault, and why the others aren't. Without FILE, it shows how much it understands
    of each digest of the configuration or lock file. It changes nothing.

    \b
    Examples:
      zoterodigest inspect
      zoterodigest inspect papers.md
      zoterodigest inspect daily/*.md --json > entries.json
      zoterodigest inspect notes.md --format table
      zoterodigest inspect notes.md --explain 120
      zoterodigest inspect refs.bib
      zoterodigest inspect Papers/

    --explain shows which bytes of the entry at a line are read as what. If no entry is read there,
    it shows why each format stopped, the nearest first.

    zoterodigest detects the format. To add your own, put a file NAME.format.toml beside the digest
    (`zoterodigest docs formats`). The exit code is 1 if a file or an entry wasn't understood, or if
    a folder has no notes.
    """
    meant = paths or _known()
    with busy("Reading notes"):
        folders = _inspected([path for path in meant if path.is_dir()])
    digests, named = by_kind(path for path in meant if not path.is_dir())
    if explain is not None:
        return _explained(digests, named, explain, asked)
    with busy("Reading digests"):
        found = inspect_digests(digests, asked.format_name, as_json=asked.as_json)
    with busy("Reading bibliographies"):
        bibs = inspect_bibs(named)
    if asked.as_json:
        vaults = {"vaults": [data for _, data, _ in folders]} if folders else {}
        emit_json(digests_data(found) | (bibs_data(bibs) if named else {}) | vaults)
    else:
        for text, *_ in folders:
            emit(text)
        emit_long(digests_text(found, is_overview=not paths and len(meant) > 1) if digests else ())
        emit(bibs_text(bibs))
    for one in (*found, *bibs):
        if isinstance(one, Unreadable):
            tell_error(str(one.error), one.error.hint)
    has_notes = all(found_any for *_, found_any in folders)
    return inspection_code(found) or inspection_code(bibs) or (FINE if has_notes else FAILED)


def _known() -> Sequence[Path]:
    # A file that is named is inspected without what finds a project and its library.
    from zoterodigest.cli.base.projects import known_digests

    return known_digests()


def _inspected(folders: Sequence[Path]) -> list[tuple[Iterable[str], Mapping[str, Any], bool]]:
    """Return the report on folders, as text and as JSON, and whether they have notes."""
    if not folders:
        return []
    # A digest that is known is inspected without what reads notes.
    from zoterodigest.cli.show.vault_inspection import inspect_vault, vault_data, vault_text

    found = map(inspect_vault, folders)
    return [(vault_text(one), vault_data(one), bool(one.notes)) for one in found]


def _explained(digests: Sequence[Path], bibs: Sequence[Path], line: int, asked: Invocation) -> int:
    if bibs or len(digests) != 1:
        raise typer.BadParameter("--explain takes one digest")
    # Reading takes most of the imports, and a plain inspection may know without it.
    from zoterodigest.cli.show.explanation import explained, explanation_data, explanation_text

    (path,) = digests
    found = explained(path, line, asked.format_name)
    text = explanation_text(str(path), line, found)
    emit_result(asked, text, explanation_data(str(path), line, found))
    return FINE if found.format else FAILED
