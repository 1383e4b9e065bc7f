"""The command `lint`: what looks wrong in digests, for people, for scripts and for GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, command, flag
from zoterodigest.cli.base.projects import (
    NoDigest,
    linked_digests,
    near,
    project_in,
    require_idle_to_write,
)
from zoterodigest.cli.base.screen import counted, emit, tell_error, visible, wrapped
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.github_annotations import FindingForm, github_annotation, report_option
from zoterodigest.cli.show.partly_read import partly_read_text
from zoterodigest.digest.read.lint import LintFinding, edits_of, lint_digest
from zoterodigest.digest.write.mend import mended
from zoterodigest.frozen import dataclass
from zoterodigest.mapping import venue_table
from zoterodigest.project.files import BadInput
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.walks import find_project
from zoterodigest.sync.apply.applying import apply_files
from zoterodigest.sync.new_papers.inserting import OpenDigest, open_digest


@dataclass(frozen=True, slots=True)
class LintedDigest:
    """A digest, as a person names it, and what looks wrong in it."""

    name: str
    digest: OpenDigest
    findings: Sequence[LintFinding]


@command(
    "files fix report is_dry_run as_json",
    epilog="Next: `git diff` shows what --fix changed; `zoterodigest undo` undoes it.",
)
def lint(
    asked: Invocation,
    fix: bool = flag("--fix", "Mend what can be mended without doubt."),
    # Scripts may use the name that it had at first.
    report: FindingForm = report_option("--report --format"),
) -> int:
    """Find what looks wrong in digests.

    lint reports papers that appear twice in a digest, words left from a template, text in a wrong
    encoding, links that are missing, empty or lead nowhere, tasks that are spelt in two ways,
    entries out of order where the others are in order, names behind an "et al.", misspelt labels,
    keys that stand twice, and front matter that is not YAML. Each finding is one line: file, line,
    column and message. It opens no links.

    --fix mends text in a wrong encoding, rarer spellings of tasks, empty links at the end of a
    line, and values in front matter that lack quotation marks. Nothing else changes. Without
    DIGEST, lint uses the digests of the configuration or lock file.

    \b
    Examples:
      zoterodigest lint papers.md
      zoterodigest lint --report github
      zoterodigest lint papers.md --fix --dry-run

    The exit code is 1 if something was found that --fix didn't mend, or if files of a vault can't
    be read.
    """
    project, paths = _meant(asked.files)
    if fix:
        require_idle_to_write(asked, project)
    with busy("Reading digests"):
        found, unread = _linted(project, paths)
    written: Sequence[str] = ()
    if fix and not asked.is_dry_run:
        written = _mend(project, found)
        found = _linted(project, paths)[0] if written else found
    for error in unread:
        tell_error(str(error), error.hint)
    if asked.as_json:
        emit_json({"findings": list(_data(found)), "written": list(written)})
    elif report is FindingForm.GITHUB:
        emit(_annotations(found))
    else:
        emit(_lines(found))
        for one in found:
            # In a vault many files are notes about no paper.
            if not any(form.data == "note" for form in one.digest.formats):
                emit(partly_read_text(one.name, one.digest.document))
        emit(_closing(found, written, is_fix=fix, is_dry_run=asked.is_dry_run))
    return FAILED if unread or any(one.findings for one in found) else FINE


def _meant(files: Sequence[Path]) -> tuple[ProjectFolder, Sequence[Path]]:
    """Return the digests to look at and their project; raises `NoDigest` if there are none."""
    config = find_project(files[0].parent if files else Path())
    project = project_in(config.parent if config else Path())
    if config is None and files:
        project = ProjectFolder.implicit(list(files))
    known = linked_digests(project) or [near(digest.path) for digest in project.digests()]
    paths = files or [path for path in known if path.exists()]
    if not paths:
        raise NoDigest("no digest was given", "Give the path of a Markdown file.")
    for path in paths:
        if not path.exists():
            raise BadInput(path, "no such file")
    return project, list(dict.fromkeys(paths))


def _linted(
    project: ProjectFolder, paths: Sequence[Path]
) -> tuple[list[LintedDigest], Sequence[BadInput]]:
    """Return the digests, and why files of vaults can't be read; raises `BadInput` of others."""
    venues = venue_table()
    found: list[LintedDigest] = []
    unread: list[BadInput] = []
    for path in paths:
        try:
            digest = open_digest(project, path, venues)
        except BadInput as error:
            (asked,) = project.digests([path])
            # A vault holds files that no one chose.
            if len(paths) == 1 or not asked.rules.is_vault:
                raise
            unread.append(error)
            continue
        found.append(LintedDigest(str(path), digest, lint_digest(digest.document)))
    return found, unread


def _mend(project: ProjectFolder, found: Iterable[LintedDigest]) -> Sequence[str]:
    """Write what can be mended; return the digests that were written."""
    mended_ones = [(one.name, _mended(one)) for one in found]
    changed = [(name, digest) for name, digest in mended_ones if digest.is_change]
    if not changed:
        return ()
    unwritten = apply_files(project, "lint", [digest.change for _, digest in changed])
    for error in unwritten.values():
        tell_error(str(error), error.hint)
    return [name for name, digest in changed if digest.key not in unwritten]


def _mended(one: LintedDigest) -> OpenDigest:
    document = mended(one.digest.document, edits_of(one.findings), one.digest.read)
    return one.digest.holding(document.source)


def _places(found: Iterable[LintedDigest]) -> Iterator[tuple[str, int, int, LintFinding]]:
    """Yield each finding with its file, 1-based line, and column in characters."""
    for one in found:
        for finding in one.findings:
            yield (one.name, *one.digest.document.lines.place(finding.start), finding)


def _lines(found: Iterable[LintedDigest]) -> Iterator[str]:
    for name, line, column, finding in _places(found):
        yield f"{visible(name)}:{line}:{column}: {visible(finding.message)}"


def _annotations(found: Iterable[LintedDigest]) -> Iterator[str]:
    for name, line, column, finding in _places(found):
        yield github_annotation("warning", name, line, finding.message, column=column)


def _closing(
    found: Sequence[LintedDigest], written: Sequence[str], *, is_fix: bool, is_dry_run: bool
) -> Iterator[str]:
    left = sum(len(one.findings) for one in found)
    fixable = sum(len(edits_of(one.findings)) for one in found)
    if written:
        yield from wrapped(f"Done: mended {', '.join(map(visible, written))}.")
    if not left:
        read = sum(len(one.digest.document.entries) for one in found)
        yield f"Nothing looks wrong in {counted(read, 'entry')}."
    elif fixable and is_fix and is_dry_run:
        yield f"{counted(left, 'finding')}. Planned: mend {fixable:,}. Nothing was written."
    elif fixable and not is_fix:
        yield f"{counted(left, 'finding')}; `--fix` mends {fixable:,}."
    else:
        yield f"{counted(left, 'finding')}."


def _data(found: Iterable[LintedDigest]) -> Iterator[dict[str, Any]]:
    for name, line, column, finding in _places(found):
        yield {
            "file": name,
            "line": line,
            "column": column,
            "rule": finding.rule,
            "message": finding.message,
            "fixable": finding.fix is not None,
        }
