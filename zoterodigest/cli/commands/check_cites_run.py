"""The run of `check-cites`: what documents cite, held against bibliographies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from zoterodigest.bibtex.cited.checking import Checked, Missing, Standing, check
from zoterodigest.bibtex.cited.cited import At, Cited
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import COMMENT_INSIDE, Bibliography
from zoterodigest.cli.base.screen import counted, emit, visible
from zoterodigest.cli.commands.key_differences import KeyDifference, key_differences
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.citing import read_cited
from zoterodigest.project.files import read_file
from zoterodigest.project.layout import parted

_FAILED = 1
_MOST = 20
"""How many entries that are cited nowhere are named in the text for people."""


class NothingToCheck(ZoterodigestError):
    """No document was named, or no bibliography was named by anybody."""

    exit_code = 2


def check_cites(files: Sequence[Path], *, for_github: bool, as_json: bool) -> int:
    """Check the documents among `files` against the .bib files among them, or those they name.

    What is found is shown, as JSON, as annotations of GitHub Actions or for people. Returns the
    exit code.
    """
    documents, bibs = parted(files)
    if not documents:
        raise NothingToCheck(
            "no document is named", "Name one that cites: check-cites main.tex refs.bib."
        )
    cited = read_cited(documents)
    bibliographies = _bibliographies(bibs, cited)
    checked = check(cited, bibliographies)
    differing = key_differences(Path(name) for name in bibliographies)
    if as_json:
        emit_json(_data(cited, checked, bibliographies, differing))
    else:
        lines = _annotations if for_github else _text
        emit(lines(cited, checked, bibliographies, differing))
    return _FAILED if checked.missing or checked.doubled else 0


def _bibliographies(named: Sequence[Path], cited: Cited) -> dict[str, Bibliography]:
    paths = named or [Path(path) for path in cited.bibs]
    if not paths:
        raise NothingToCheck(
            "no bibliography is named, by you or by the documents", "Name a .bib file as well."
        )
    return {str(path): scan(read_file(path).data) for path in dict.fromkeys(paths)}


def _text(
    cited: Cited,
    checked: Checked,
    bibliographies: dict[str, Bibliography],
    differing: Iterable[KeyDifference],
) -> Iterator[str]:
    for at, sentence in (*_errors(checked), *_warnings(cited, checked, bibliographies)):
        yield visible(f"{at.file}:{at.line}: {sentence}")
    for at, sentence in _notes(differing):
        yield visible(f"{at.file}:{at.line}: note: {sentence}")
    if checked.unused:
        keys = ", ".join(one.key for one in checked.unused[:_MOST])
        rest = f" and {len(checked.unused) - _MOST:,} more" if len(checked.unused) > _MOST else ""
        number = counted(len(checked.unused), "entry is", "entries are")
        yield visible(f"note: {number} cited nowhere: {keys}{rest}")
    missing = len({one.citation.key for one in checked.missing})
    cites = counted(len(cited.keys), "key is cited", "keys are cited")
    yield f"{cites}, {missing} missing, {len(checked.doubled)} doubled"


def _annotations(
    cited: Cited,
    checked: Checked,
    bibliographies: dict[str, Bibliography],
    differing: Iterable[KeyDifference],
) -> Iterator[str]:
    for at, sentence in _errors(checked):
        yield _annotation("error", at, sentence)
    for at, sentence in _warnings(cited, checked, bibliographies):
        yield _annotation("warning", at, sentence)
    for at, sentence in _notes(differing):
        yield _annotation("notice", at, sentence)
    for one in checked.unused:
        yield _annotation("notice", one.at, f"{one.key} is cited nowhere")


def _data(
    cited: Cited,
    checked: Checked,
    bibliographies: dict[str, Bibliography],
    differing: Iterable[KeyDifference],
) -> dict[str, Any]:
    warnings = [*_warnings(cited, checked, bibliographies), *_notes(differing)]
    return {
        "cited": len(cited.keys),
        "missing": [
            {"citekey": one.citation.key, **_place(one.citation.at), "similar": one.similar or None}
            for one in checked.missing
        ],
        "doubled": [
            [{"citekey": one.key, **_place(one.at)} for one in entries]
            for entries in checked.doubled
        ],
        "unused": [{"citekey": one.key, **_place(one.at)} for one in checked.unused],
        "warnings": [{**_place(at), "reason": sentence} for at, sentence in warnings],
    }


def _place(at: At) -> dict[str, Any]:
    return {"file": at.file, "line": at.line}


def _notes(differing: Iterable[KeyDifference]) -> Iterator[tuple[At, str]]:
    for one in differing:
        yield At(one.file, one.line), f"{one.alias} has the citation key {one.key} in Zotero"


def _annotation(level: str, at: At, sentence: str) -> str:
    """Return a command of GitHub Actions; nothing in it ends it early or begins another."""
    file = _escaped(visible(at.file)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={file},line={at.line}::{_escaped(visible(sentence))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _errors(checked: Checked) -> Iterator[tuple[At, str]]:
    for missing in checked.missing:
        yield missing.citation.at, _missing(missing)
    for first, *others in checked.doubled:
        for other in others:
            yield other.at, _doubled(first, other)


def _missing(missing: Missing) -> str:
    similar = f"; did you mean {missing.similar}?" if missing.similar else ""
    return f"no entry has the key {missing.citation.key}{similar}"


def _doubled(first: Standing, other: Standing) -> str:
    where = f"line {first.at.line}"
    if first.at.file != other.at.file:
        where = f"{first.at.file}:{first.at.line}"
    spelt = "" if first.key == other.key else f" as {first.key}"
    behind = f" ({_BEHIND_COMMENT})" if first.behind_comment or other.behind_comment else ""
    return f"the key {other.key} stands in {where} too{spelt}{behind}"


_BEHIND_COMMENT = "BibTeX reads an entry behind a comment mark, biber does not"


def _warnings(
    cited: Cited, checked: Checked, bibliographies: dict[str, Bibliography]
) -> Iterator[tuple[At, str]]:
    for standing in checked.commented:
        yield standing.at, f"{standing.key} is cited: {_BEHIND_COMMENT}"
    for name, bibliography in bibliographies.items():
        for tile in bibliography.broken:
            place = bibliography.place(tile.at)
            yield At(name, place.line), f"the entry here cannot be read: {tile.reason}"
        for place in bibliography.comments_inside():
            yield At(name, place.line), COMMENT_INSIDE
    for one in cited.unread:
        yield one.at, f"{one.key} is read in here and was not found"
