"""Checks of what people wrote: formats, digests and bibliographies."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.digest.format.format import format_files, load_format
from zoterodigest.digest.read.detect import read_document
from zoterodigest.mapping import BadMapping, venue_table
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import read_if_present, real_path, require_text
from zoterodigest.project.layout import BibFile, Digest
from zoterodigest.sync.doctor.finding import Finding, told
from zoterodigest.sync.doctor.site import Site

_FORMAT_WHY = "Digests in its folder are not read as long as it is wrong."
_DIGEST_WHY = "A run leaves it out, and a run on this digest alone stops."
_BIB_WHY = "It is neither read nor written by any run."


def format_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with formats of the person's own."""
    folders = [digest.path.parent for digest in site.digests] + [*site.project.format_folders]
    for path in format_files(folder for folder in folders if folder.is_dir()):
        yield from told(_format(path), _FORMAT_WHY)


def _format(path: Path) -> Iterator[Finding]:
    load_format(path)
    yield from ()


def digest_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with digests: not there, not understood, not to be written."""
    for digest in site.digests:
        yield from told(_digest(digest, site), _DIGEST_WHY)
    yield from _one_file(site)
    yield from _gone(site)


def _digest(digest: Digest, site: Site) -> Iterator[Finding]:
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
        entries = "1 entry" if broken == 1 else f"{broken:,} entries"
        yield Finding(f"{entries} of {digest.path} cannot be read", "They are left out.", look)


def _may_replace(path: Path) -> bool:
    """Tell whether a file can be replaced: in its folder, through symlinks."""
    there = real_path(path)
    return os.access(there, os.W_OK) and os.access(there.parent, os.W_OK)


def _one_file(site: Site) -> Iterator[Finding]:
    """Yield digests that are one file under two names; symbolic links are followed anyway."""
    found: dict[tuple[int, int], list[Path]] = defaultdict(list)
    for digest in site.digests:
        if digest.path.exists():
            stamp = digest.path.stat()
            found[stamp.st_dev, stamp.st_ino].append(digest.path)
    for paths in found.values():
        if len(paths) > 1:
            yield Finding(
                f"{' and '.join(map(str, paths))} are one file",
                "Each entry is read twice, and an edit parts them into two files.",
                f"Name one of them only, or make a copy of {paths[-1]}.",
            )


def _gone(site: Site) -> Iterator[Finding]:
    """Yield digests that the lock file links and that are no longer there."""
    rows = site.lock.rows if site.lock else ()
    for key in sorted({row.digest for row in rows}):
        path = site.project.root / key
        if not path.exists() and path not in {digest.path for digest in site.digests}:
            yield Finding(
                f"{path}, which the lock file links, is not there",
                "Nothing of its entries is synced.",
                "Bring it back. If it was renamed, `zoterodigest sync` with its new path, or with"
                " that in zoterodigest.toml, takes its links along.",
            )


def bib_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with the bibliographies of the configuration."""
    for bib in site.bibs:
        yield from told(_bib(bib, site), _BIB_WHY)


def _bib(bib: BibFile, site: Site) -> Iterator[Finding]:
    data = read_if_present(bib.path)
    if data is None:
        return  # the next export writes it
    require_text(bib.path, data)
    if number := len(list(scan(data).problems())):
        places = "1 place" if number == 1 else f"{number:,} places"
        yield Finding(
            f"{places} of {bib.path} cannot be read, or not by BibTeX",
            "Entries there are left as they stand, and may be missing in documents.",
            f"`zoterodigest inspect {site.named(bib.key)}` lists them with line and reason.",
        )
    if not _may_replace(bib.path):
        yield Finding(
            f"{bib.path} cannot be written",
            "Exports into it fail.",
            "Change the permissions of the file and its folder.",
        )
