"""Checks of what lies on this machine.

These are the formats, digests and bibliographies that people wrote, the lock file and the state
folder, the installed packages, and the cache of lookups.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.digest.format.format import load_format
from zoterodigest.digest.format.own_files import format_files
from zoterodigest.digest.read.detect import read_document
from zoterodigest.errors import counted
from zoterodigest.lookup.cache import cache_file, is_damaged
from zoterodigest.mapping import BadMapping, venue_table
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import read_if_present, require_text
from zoterodigest.project.layout import BibFile, Digest
from zoterodigest.project.lock.lock import holds_conflict_marks, read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.log.journal import read_journal
from zoterodigest.project.pending import read_pending
from zoterodigest.project.walks import real_path
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.doctor.checked_project import CheckedProject, Finding, first_few, told

_FORMAT_WHY = "Digests in its folder are not read as long as it is wrong."
_DIGEST_WHY = "A run leaves it out, and a run on this digest alone stops."
_BIB_WHY = "It is neither read nor written by any run."


def format_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with formats of the person's own."""
    folders = [digest.path.parent for digest in site.digests] + [*site.project.format_folders]
    for path in format_files(folder for folder in folders if folder.is_dir()):
        yield from told(_format(path), _FORMAT_WHY)


def _format(path: Path) -> Iterator[Finding]:
    load_format(path)
    yield from ()


def digest_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with digests: not there, not understood, not to be written."""
    for digest in site.digests:
        if not digest.rules.is_vault:
            yield from told(_digest(digest, site), _DIGEST_WHY)
    named = {digest.path for digest in site.digests}
    copies = [path for path in site.project.conflict_copies() if path not in named]
    yield from told_of_copies([*map(str, copies)])
    yield from _one_file(site)
    yield from _gone(site)


def told_of_copies(names: Sequence[str]) -> Iterator[Finding]:
    """Yield the finding about conflict copies, if there are any."""
    if names:
        files = counted(len(names), "file")
        yield Finding(
            f"{files} made by a sync service as a second copy: {first_few(names)}",
            "Nothing of them is synced.",
            "Compare each with the file that it is a copy of, and delete it.",
        )


def _digest(digest: Digest, site: CheckedProject) -> Iterator[Finding]:
    source = read_digest(digest.path).data
    if not _may_replace(digest.path) and digest.rules.pull is not False:
        yield Finding(
            f"{digest.path} cannot be written",
            "What is edited in the library does not come into it.",
            "Change the permissions of its folder, or set `pull = false` for it.",
        )
    try:
        formats = formats_for(digest.path, digest.rules.format or "", site.project)
    except BadMapping:
        return  # which the check of the formats tells
    document = read_document(digest.key, source, formats, venue_table())
    look = f"`zoterodigest inspect {site.named(digest.key)}` shows the lines and the reasons."
    if not document.entries and source.strip():
        yield Finding(f"nothing in {digest.path} was understood", "It has no entries then.", look)
    if broken := sum(bool(entry.broken) for entry in document.entries):
        entries = counted(broken, "entry")
        yield Finding(f"{entries} of {digest.path} cannot be read", "They are left out.", look)


def _may_replace(path: Path) -> bool:
    """Tell whether a file can be replaced: in its folder, through symlinks."""
    there = real_path(path)
    return os.access(there, os.W_OK) and os.access(there.parent, os.W_OK)


def _one_file(site: CheckedProject) -> Iterator[Finding]:
    """Yield digests that are one file under two names; symbolic links are followed anyway."""
    found: dict[tuple[int, int], list[Path]] = defaultdict(list)
    for digest in site.digests:
        if digest.path.exists():
            stamp = digest.path.stat()
            # Device and inode: hard links and bind mounts are one file under two paths.
            found[stamp.st_dev, stamp.st_ino].append(digest.path)
    for paths in found.values():
        if len(paths) > 1:
            yield Finding(
                f"{' and '.join(map(str, paths))} are one file",
                "Each entry is read twice, and an edit parts them into two files.",
                f"Name one of them only, or make a copy of {paths[-1]}.",
            )


def _gone(site: CheckedProject) -> Iterator[Finding]:
    """Yield digests that the lock file links and that are no longer there."""
    rows = site.lock.rows if site.lock else ()
    for key in sorted({row.digest for row in rows}):
        path = site.project.root / key
        if site.project.former_rules(key).is_vault:
            continue
        if not path.exists() and path not in {digest.path for digest in site.digests}:
            yield Finding(
                f"{path}, which the lock file links, is not there",
                "Nothing of its entries is synced.",
                "Bring it back. If it was renamed, `zoterodigest sync` with its new path, or with"
                " that in zoterodigest.toml, takes its links along.",
            )


def bib_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with the bibliographies of the configuration."""
    for bib in site.bibs:
        yield from told(_bib(bib, site), _BIB_WHY)


def _bib(bib: BibFile, site: CheckedProject) -> Iterator[Finding]:
    data = read_if_present(bib.path)
    if data is None:
        return  # the next export writes it
    require_text(bib.path, data)
    if number := len(list(scan(data).problems())):
        yield Finding(
            f"{counted(number, 'place')} of {bib.path} cannot be read, or not by BibTeX",
            "Entries there are left as they stand, and may be missing in documents.",
            f"`zoterodigest inspect {site.named(bib.key)}` lists them with line and reason.",
        )
    if not _may_replace(bib.path):
        yield Finding(
            f"{bib.path} cannot be written",
            "Exports into it fail.",
            "Change the permissions of the file and its folder.",
        )


_JOURNAL_WHY = "No run begins as long as it lies there and cannot be read."
_ADDED_WHY = "No run begins: it would lose what only this file knows of papers that were added."
_HISTORY_WHY = "Runs can't be listed or undone."


def lock_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with the lock file as a file."""
    path = site.project.lock_path
    data = read_if_present(path)
    if data is None:
        return
    read_lock(data, path)
    if holds_conflict_marks(data):
        yield Finding(
            f"{path} holds conflict marks of git",
            "Both sides are read; until they are put together, git takes the file for unmerged.",
            "`zoterodigest sync` puts them together; then commit the file.",
        )
    if not os.access(path, os.W_OK):
        yield Finding(
            f"{path} cannot be written",
            "No run can keep what it links.",
            "Change the permissions of the file.",
        )


def state_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with the state folder, and what a killed run left in it."""
    folder = site.project.state_folder
    if folder.exists() and not folder.is_dir():
        yield Finding(
            f"{folder} is a file, where a folder of zoterodigest's own belongs",
            "No run that writes begins.",
            f"Move {folder.name} away.",
        )
        return
    needed = folder if folder.exists() else folder.parent
    if not os.access(needed, os.W_OK | os.X_OK):
        yield Finding(
            f"{needed} cannot be written",
            "Runs keep there what they are about to do; none that writes begins.",
            "Change the permissions of the folder.",
        )
    yield from told(_journal(site.project.journal_path), _JOURNAL_WHY)
    yield from told(_added(folder), _ADDED_WHY)
    yield from told(_history(folder), _HISTORY_WHY)


def _journal(path: Path) -> Iterator[Finding]:
    if read_journal(path) is not None:
        yield Finding(
            f"a run was killed before it ended, or is still at work ({path})",
            "What it wrote is not in the lock file yet; nothing is lost.",
            "Run the same command again: it goes on. `zoterodigest log` shows which one.",
        )


def _added(folder: Path) -> Iterator[Finding]:
    read_pending(folder)  # what it raises is the finding
    yield from ()


def _history(folder: Path) -> Iterator[Finding]:
    for path in read_history(history_folder(folder)).damaged:
        yield Finding(
            f"{path}: this run cannot be read",
            "It is not listed and cannot be undone.",
            "Delete the file: nothing else needs it.",
        )


_NAME = "zoterodigest"
_REQUIREMENT = lazy_regex(r"(?P<name>[\w.-]+)(?P<bounds>[<>=0-9.,]*)$")
_BOUND = lazy_regex(r"(>=|<)(\d+(?:\.\d+)*)")
_NUMBER = lazy_regex(r"\d+")


def package_findings() -> Iterator[Finding]:
    """Yield the packages that are missing, or of a version that zoterodigest does not go with."""
    for name, bounds in _required():
        try:
            present = version(name)
        except PackageNotFoundError:
            present = ""
        if not present or not _is_within(present, bounds):
            have = f"{name} {present} is installed" if present else f"{name} is not installed"
            yield Finding(
                f"{have}, and zoterodigest needs {name}{bounds}",
                "Parts of zoterodigest fail, or do not do what they were tested to do.",
                f"`python -m pip install '{name}{bounds}'`",
            )


def _required() -> list[tuple[str, str]]:
    """Return the packages that an installed zoterodigest needs, with the bounds of their versions.

    What is needed under a condition only does not count. Run from its folder it needs nothing.
    """
    try:
        texts = requires(_NAME) or []
    except PackageNotFoundError:
        return []
    found = (_REQUIREMENT.match(text.replace(" ", "")) for text in texts if ";" not in text)
    return [(each["name"], each["bounds"]) for each in found if each]


def _is_within(present: str, bounds: str) -> bool:
    # Compared as numbers: as text, 10.0 would come before 9.0.
    numbers = _numbers(present)
    for sign, bound in _BOUND.findall(bounds):
        is_before = numbers < _numbers(bound)
        if is_before == (sign == ">="):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a release, without zeros at its end: 2.0 is 2."""
    # Without the part behind the numbers: a pre-release counts as its release.
    numbers = [int(found) for found in _NUMBER.findall(re.split(r"[a-z+!-]", text)[0])]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def cache_findings(site: CheckedProject) -> Iterator[Finding]:
    """Yield what is wrong with the folder and the file in which lookups are kept."""
    folder = site.chosen.access.cache_folder
    if folder is None:
        yield Finding(
            "this system tells no folder for caches",
            "What is looked up, and what is read of a library, is asked for again by each run.",
            "Set HOME, or XDG_CACHE_HOME, to a folder of yours.",
        )
        return
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        yield Finding(
            f"{above} cannot be written",
            "What is looked up, and what is read of a library, is asked for again by each run.",
            "Change its permissions, or set XDG_CACHE_HOME to a folder of yours.",
        )
        return
    if is_damaged(cache_file(folder)):
        path: Path = cache_file(folder)
        yield Finding(
            f"{path}, the cache of what was looked up, is damaged",
            "The next lookup begins it anew and asks for everything again.",
            f"Delete it: `rm {path}`",
        )
