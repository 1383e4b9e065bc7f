"""The command `check-cites`: what documents cite, compared with bibliographies."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from zoterodigest.bibtex.cited.cited import At, Checked, Cited, KeyAt, check_keys, missing_keys
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import COMMENT_INSIDE, Bibliography
from zoterodigest.cli.base.allowed_paths import loaded
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command
from zoterodigest.cli.base.projects import NoLibraryYet, library_here, near
from zoterodigest.cli.base.screen import counted, few_of, tell, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.commands.citekeys import project_citation_keys
from zoterodigest.cli.show.encoder import emit_result, json_value
from zoterodigest.cli.show.github_annotations import FindingForm, github_annotation, report_option
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import parse_address
from zoterodigest.project.documents import read_cited
from zoterodigest.project.files import BadInput, read_file
from zoterodigest.project.layout import BibFile, ProjectFolder, by_kind
from zoterodigest.project.walks import find_project, real_path
from zoterodigest.sync.bibliographies.key_findings import alias_differences


@command("paths report as_json")
def check_cites(
    asked: Invocation,
    paths: Sequence[Path] = argument("FILE", ()),
    report: FindingForm = report_option(),
) -> int:
    """Check that every key a document cites has one entry.

    FILE is a document (.tex, .aux, .bcf, .typ, .qmd, or .md for Pandoc) or a bibliography (.bib).
    check-cites also reads the files that a document includes. Without a .bib it reads those that
    the documents name, else those of the project, but none whose `cited` names only other
    documents. If there are none, it compares with the citation keys of the library. Without FILE,
    it checks the documents that `cited` in zoterodigest.toml names. It lists missing keys, keys
    that appear twice, entries that it can't read, and entries that nobody cites. It changes
    nothing.

    \b
    Examples:
      zoterodigest check-cites
      zoterodigest check-cites main.tex refs.bib
      zoterodigest check-cites Drafts/thesis.md
      zoterodigest check-cites main.tex --report github

    The exit code is 1 if a key is missing or doubled.
    """
    documents, bibs = by_kind(paths or _cited_by_the_project())
    if not documents:
        raise NothingToCheck("no document is named", "Name one: check-cites main.tex refs.bib.")
    with busy("Reading documents"):
        cited = read_cited(documents)
    named = bibs or _named_by(documents, cited)
    # Only then: where a .bib is named, a mistake in the configuration hinders nothing.
    project = None if named else _project_of(documents[0])
    with busy("Reading bibliographies"):
        meant = dict.fromkeys(named or _bibs_for(documents, project))
        bibliographies = {str(path): scan(read_file(path).data) for path in meant}
        checked = check_keys(cited, bibliographies)
    if not bibliographies:
        checked = Checked(missing_keys(cited, _library_keys(project)))
    findings = (
        *_errors(checked),
        *_warnings(cited, checked, bibliographies),
        *key_differences(Path(name) for name in bibliographies),
    )
    text = _annotations if report is FindingForm.GITHUB else _text
    data = _data(cited, checked, findings)
    emit_result(asked, text(cited, checked, findings), data)
    return FAILED if checked.missing or checked.doubled else FINE


class NothingToCheck(ZoterodigestError):
    """No document was named, or no bibliography."""

    exit_code = 2


_MOST = 20
"""How many entries without a citation the text for people names."""


class _Level(Enum):
    """How bad a finding is, by the names that GitHub Actions has for it."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_Finding = tuple[_Level, At, str]
_Bibliographies = Mapping[str, Bibliography]


def _cited_by_the_project() -> list[Path]:
    """Return the documents that `cited` in the configuration names; it may name none."""
    project = _project_of(Path("here"))
    if project is None:
        return []
    named = (path for bib in project.bibliographies() for path in bib.rules.cited)
    return [near(project.root / path) for path in dict.fromkeys(named)]


def _named_by(documents: Sequence[Path], cited: Cited) -> list[Path]:
    """Return the .bib files that documents name; raise `BadInput` if one is not there yet."""
    named = [Path(path) for path in cited.bibs]
    if missing := next((path for path in named if not path.exists()), None):
        files = " ".join(f"--cited {shlex.quote(str(path))}" for path in documents)
        command = f"zoterodigest export {files} -o {shlex.quote(str(missing))}"
        raise BadInput(missing, "no such file, and a document names it", f"`{command}` writes it.")
    return named


def _project_of(document: Path) -> ProjectFolder | None:
    config = find_project(document.parent)
    return loaded(config) if config else None


def _bibs_for(documents: Sequence[Path], project: ProjectFolder | None) -> list[Path]:
    """Return the .bib files of a project, but those that get only what other documents cite."""
    bibs = project.bibliographies() if project else ()
    meant = {real_path(path) for path in documents}
    return [
        near(bib.path)
        for bib in bibs
        if bib.path.is_file() and (not bib.rules.cited or meant & {*_texts_of(bib, project)})
    ]


def _texts_of(bib: BibFile, project: ProjectFolder | None) -> Iterator[Path]:
    """Yield the documents that `cited` of a .bib names, and the texts with citations in them."""
    root = project.root if project else Path()
    documents = [path for name in bib.rules.cited if (path := root / name).is_file()]
    yield from map(real_path, documents)
    yield from (real_path(Path(one.at.file)) for one in read_cited(documents).citations)


def _library_keys(project: ProjectFolder | None) -> list[str]:
    """Return the citation keys of the project's library; raise `NothingToCheck` without one."""
    nothing = NothingToCheck("no document names a bibliography", "Give a .bib, too.")
    if project is None:
        raise nothing
    try:
        with project_citation_keys(project.root) as keys:
            tell(["note: no document names a .bib: compared with the citation keys of the library"])
            return [item.key.text for item in keys.items]
    except NoLibraryYet as error:
        raise nothing from error


def _text(cited: Cited, checked: Checked, findings: Sequence[_Finding]) -> Iterator[str]:
    for level, at, sentence in findings:
        note = "note: " if level is _Level.NOTICE else ""
        yield visible(f"{at.file}:{at.line}: {note}{sentence}")
    if checked.unused:
        keys = few_of([one.key for one in checked.unused], _MOST)
        number = counted(len(checked.unused), "entry is", "entries are")
        yield visible(f"note: {number} cited nowhere: {keys}")
    missing = len({one.key for one in checked.missing})
    cites = counted(len(cited.keys), "key is cited", "keys are cited")
    yield f"{cites}, {missing} missing, {len(checked.doubled)} doubled"


def _annotations(_: Cited, checked: Checked, findings: Sequence[_Finding]) -> Iterator[str]:
    """Yield what is found as annotations."""
    unused = ((_Level.NOTICE, one.at, f"{one.key} is cited nowhere") for one in checked.unused)
    for level, at, sentence in (*findings, *unused):
        yield github_annotation(level.value, at.file, at.line, sentence)


def _data(cited: Cited, checked: Checked, findings: Sequence[_Finding]) -> dict[str, Any]:
    errors = _Level.ERROR
    warnings = [(at, sentence) for level, at, sentence in findings if level is not errors]
    return {
        "cited": len(cited.keys),
        "missing": [
            _named(one) | {"similar": similar or None} for one, similar in checked.missing.items()
        ],
        "doubled": [[_named(one) for one in entries] for entries in checked.doubled],
        "unused": [_named(one) for one in checked.unused],
        "warnings": [{**json_value(at), "reason": sentence} for at, sentence in warnings],
    }


def _named(one: KeyAt) -> dict[str, Any]:
    return {"citekey": one.key, **json_value(one.at)}


def _errors(checked: Checked) -> Iterator[_Finding]:
    for one, similar in checked.missing.items():
        meant = f"; did you mean {similar}?" if similar else ""
        yield _Level.ERROR, one.at, f"no entry has the key {one.key}{meant}"
    for first, *others in checked.doubled:
        for other in others:
            yield _Level.ERROR, other.at, _doubled(first, other)


def _doubled(first: KeyAt, other: KeyAt) -> str:
    where = f"line {first.at.line}"
    if first.at.file != other.at.file:
        where = f"{first.at.file}:{first.at.line}"
    spelt = "" if first.key == other.key else f" as {first.key}"
    behind = f" ({_BEHIND_COMMENT})" if first.behind_comment or other.behind_comment else ""
    return f"the key {other.key} is also in {where}{spelt}{behind}"


_BEHIND_COMMENT = "BibTeX reads an entry behind a comment mark, biber does not"


def _warnings(cited: Cited, checked: Checked, bibs: _Bibliographies) -> Iterator[_Finding]:
    for standing in checked.commented:
        yield _Level.WARNING, standing.at, f"{standing.key} is cited: {_BEHIND_COMMENT}"
    for name, bibliography in bibs.items():
        for tile in bibliography.broken:
            at = At(name, bibliography.place(tile.at).line)
            yield _Level.WARNING, at, f"the entry here cannot be read: {tile.reason}"
        for place in bibliography.comments_inside():
            yield _Level.WARNING, At(name, place.line), COMMENT_INSIDE
    for one in cited.unread:
        yield _Level.WARNING, one.at, f"{one.key} is read in here and was not found"


def key_differences(paths: Iterable[Path]) -> Iterator[_Finding]:
    """Yield where .bib files of a project have another citation key than the items of its library.

    Skips a library that is not on this computer (in CI, for example, or at zotero.org). Reports one
    that can't be read, without failing.
    """
    by_project: dict[Path, list[Path]] = {}
    for path in paths:
        if config := find_project(path):
            by_project.setdefault(config, []).append(path)
    for config, found in by_project.items():
        try:
            yield from _in_project(config, found)
        except NoLibraryYet:
            continue
        except ZoterodigestError as error:
            tell([visible(f"note: the keys were not compared with Zotero's: {error}")])


def _in_project(config: Path, paths: list[Path]) -> Iterator[_Finding]:
    project = loaded(config)
    known = {real_path(bib.path): bib.key for bib in project.bibliographies()}
    bibs = [(path, known[real_path(path)]) for path in paths if real_path(path) in known]
    address, _ = library_here("", project, project.root)
    if not bibs or parse_address(address).needs_network:
        return
    with project_citation_keys(project.root) as keys:
        named = [(path, it) for path, key in bibs for it in keys.aliases if it.bibliography == key]
        for path, aliases in named:
            for finding in alias_differences(keys.items, aliases):
                alias = aliases.keys[finding.item]
                sentence = f"{alias} has the citation key {finding.key} in Zotero"
                yield _Level.NOTICE, At(str(path), aliases.lines[alias]), sentence
