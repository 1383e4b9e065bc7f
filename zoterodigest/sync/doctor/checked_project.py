"""The site of an examination, the project as far as it can be known, and what a check finds.

A check that breaks is a finding and stops no other check.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from zoterodigest.core.links.link import LockFile
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.config import Configuration
from zoterodigest.project.layout import BibFile, Digest, ProjectFolder
from zoterodigest.project.lock.lock import lock_at
from zoterodigest.project.walks import find_project
from zoterodigest.sync.gathering.workspace import Chosen, library_meant


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, why it matters, and what mends it, if anything does."""

    what: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, or why it could not be looked at (`skipped`).

    `remarks` are no faults, and good to know.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it was looked at and nothing is wrong."""
        return not self.findings and not self.skipped


def as_check(name: str, findings: Iterable[Finding], why: str) -> Check:
    """Return the check of this name with its findings; an error is one, and ends them."""
    return Check(name, tuple(told(findings, why)))


def told(findings: Iterable[Finding], why: str) -> Iterator[Finding]:
    """Yield `findings`; an error that comes in between is the last one, and matters for `why`."""
    try:
        yield from findings
    except ZoterodigestError as error:
        yield Finding(str(error), why, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        yield Finding(f"{where}{reason}", why, "Check the path and its permissions.")


_MOST = 5


def first_few(names: Iterable[str]) -> str:
    """Return the first names, and how many more there are; `status` and --json tell of each."""
    known = sorted(set(names))
    rest = f" and {len(known) - _MOST:,} more" if len(known) > _MOST else ""
    return ", ".join(known[:_MOST]) + rest


_WHY = "As long as it cannot be read, no run begins."


@dataclass(frozen=True, slots=True)
class CheckedProject:
    """What is examined: a project, its digests and bibliographies, and how its library is meant.

    `address` is empty where a configuration that cannot be read would tell it; a path in it starts
    at the folder `base`. `lock` is None if there is no lock file that can be read. `start` is where
    the person is.
    """

    project: ProjectFolder
    digests: tuple[Digest, ...]
    bibs: tuple[BibFile, ...]
    address: str
    base: Path
    chosen: Chosen
    lock: LockFile | None
    start: Path

    @property
    def pushes(self) -> bool:
        """Whether any digest brings something into the library."""
        return any(digest.rules.push is not False for digest in self.digests)

    def named(self, key: str) -> str:
        """Return the path of a digest, as an argument of a command that is given in `start`."""
        path, here = self.project.root / key, self.start.absolute()
        return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def site_of(start: Path, given: Sequence[Path], chosen: Chosen) -> tuple[CheckedProject, Check]:
    """Return what is to be examined, and the check of its configuration.

    With a configuration that cannot be read, the lock file tells the digests, if none is `given`.
    """
    config = find_project(given[0] if given else start)
    if config is None:
        project = ProjectFolder.implicit(given or [start / "digest.md"])
        return _site(project, given, start, chosen), Check("configuration")
    loaded: list[CheckedProject] = []

    def load() -> Iterator[Finding]:
        project = ProjectFolder.load(config)
        loaded.append(_site(project, given, start, chosen))
        yield from _odd_rules(project)

    examined = as_check("configuration", load(), _WHY)
    if loaded:
        return loaded[0], examined
    root = ProjectFolder.implicit([config]).root
    project = ProjectFolder(root, Configuration(), is_configured=True)
    return _site(project, given, start, chosen, is_known=False), examined


def _site(
    project: ProjectFolder,
    given: Sequence[Path],
    start: Path,
    chosen: Chosen,
    *,
    is_known: bool = True,
) -> CheckedProject:
    lock = _lock_of(project)
    is_named = project.is_configured and is_known
    meant = given if given or project.configuration.digests else _linked(project, lock)
    address, base = library_meant(project, start, chosen)
    digests = project.digests(meant) if meant or is_named else ()
    bibs, address = project.bibliographies(), address if is_known else chosen.address
    return CheckedProject(project, digests, bibs, address, base, chosen, lock, start)


def _lock_of(project: ProjectFolder) -> LockFile | None:
    """Return what the lock file says; what is wrong with it, its own check tells."""
    try:
        return lock_at(project.lock_path)
    except ZoterodigestError:
        return None


def _linked(project: ProjectFolder, lock: LockFile | None) -> list[Path]:
    """Return the digests that a lock file links and that are there, and those of feeds."""
    rows = lock.rows if lock else ()
    linked = {row.digest for row in rows if row.is_linked}
    keys = sorted(linked | {digest.key for digest in project.digests()})
    return [project.root / key for key in keys if not key.is_bib and (project.root / key).exists()]


def _odd_rules(project: ProjectFolder) -> Iterator[Finding]:
    """Yield what can be read and names nothing."""
    yield from _missing_folders(project.format_folders)
    for rules in project.configuration.digests:
        found = glob(rules.path, root_dir=project.root, recursive=True)  # noqa: PTH207  (".." too)
        if has_magic(rules.path) and not found and not rules.is_vault:
            yield Finding(
                f"no file matches {rules.path}, which a [[digest]] of {project.config_path} names",
                "Digests that are not found are not synced.",
                "Correct the path, or take the table out.",
            )
    for bib in project.bibliographies():
        for name in bib.rules.cited:
            if not (project.root / name).exists():
                yield Finding(
                    f"{project.root / name} is not there, which {bib.key} takes its keys from",
                    "What is cited there is not exported.",
                    "Correct `cited` in zoterodigest.toml.",
                )


def _missing_folders(folders: Iterable[Path]) -> Iterator[Finding]:
    for folder in folders:
        if not folder.is_dir():
            yield Finding(
                f"there is no folder {folder}, where formats are looked for",
                "Formats in it are not found.",
                "Correct `folders` of [formats] in zoterodigest.toml.",
            )
