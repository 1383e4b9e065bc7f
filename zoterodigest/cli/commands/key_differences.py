"""Where the citation keys of a project's .bib differ from those of the library's items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.outside import loaded
from zoterodigest.cli.base.places import NoLibraryYet
from zoterodigest.cli.base.screen import tell, visible
from zoterodigest.cli.commands.citekeys_run import keys_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import WebAddress, parse_address
from zoterodigest.project.files import real_path
from zoterodigest.project.layout import BibFile, find_project
from zoterodigest.sync.bibliographies.key_findings import differences
from zoterodigest.sync.exports.keying import Keys
from zoterodigest.sync.gathering.workspace import library_meant


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """A work that stands in a .bib as `alias` and has the citation key `key` in the library."""

    file: str
    line: int
    alias: str
    key: str


def key_differences(paths: Iterable[Path]) -> tuple[KeyDifference, ...]:
    """Return where the .bib files at `paths` that belong to a project differ from its library.

    A library that is not here (a clone, as in CI) or that only the network reaches is not asked;
    one that cannot be read is told, and nothing fails by it.
    """
    by_project: dict[Path, list[Path]] = {}
    for path in paths:
        if config := find_project(path):
            by_project.setdefault(config, []).append(path)
    return tuple(
        each for config, found in by_project.items() for each in _in_project(config, found)
    )


def _in_project(config: Path, paths: list[Path]) -> list[KeyDifference]:
    try:
        project = loaded(config)
        known = {real_path(bib.path): bib for bib in project.bibliographies()}
        bibs = [(path, known[real_path(path)]) for path in paths if real_path(path) in known]
        address, _ = library_meant(project, project.root, chosen())
        if not bibs or isinstance(parse_address(address), WebAddress):
            return []
        with keys_of(project.root) as keys:
            return [each for path, bib in bibs for each in _of_bib(path, bib, keys)]
    except NoLibraryYet:
        return []
    except ZoterodigestError as error:
        tell([visible(f"note: the keys were not held against Zotero's: {error}")])
        return []


def _of_bib(path: Path, bib: BibFile, keys: Keys) -> Iterator[KeyDifference]:
    for aliases in keys.aliases:
        if aliases.bibliography == bib.key:
            for finding in differences(keys.items, aliases):
                alias = aliases.keys[finding.item]
                yield KeyDifference(str(path), aliases.lines[alias], alias, finding.key)
