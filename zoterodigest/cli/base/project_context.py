"""The project and the library that a command works on, and how people name them."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from zoterodigest.cli.base.hyperlinks import Hyperlinks, shows_hyperlinks
from zoterodigest.cli.base.network import access, library_in
from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.outside import allowed, loaded
from zoterodigest.cli.base.screen import hanging, linking, tell, visible
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Tally
from zoterodigest.library.address import (
    Address,
    ApiAddress,
    group_in_links,
    parse_address,
    select_link,
)
from zoterodigest.library.connect import connect
from zoterodigest.library.port import BadLibrary, Library, Snapshot
from zoterodigest.project.config import DEFAULT_LIBRARY, DEFAULT_LIBRARY_FILE
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import (
    BibFile,
    Project,
    by_kind,
    find_project,
    folder_before_pattern,
)
from zoterodigest.project.lock.lock import LOCK_FILE
from zoterodigest.project.lock.parts import linked_sources
from zoterodigest.project.outside import require_inside
from zoterodigest.project.running import require_idle
from zoterodigest.project.vaults import nothing_found
from zoterodigest.project.walks import Walks
from zoterodigest.sync.gathering.workspace import (
    Chosen,
    Workspace,
    library_meant,
    mapping_of,
    open_workspace,
)


class NoLibraryYet(BadLibrary):
    """The built-in library at `path` has not been created."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no library at {path} yet",
            "`zoterodigest push DIGEST.md` creates it beside the digest; --library embedded:PATH"
            " names another one.",
        )
        self.path = path


class NoDigest(ZoterodigestError):
    """No digest was named, and no configuration or lock file names any; or a .bib was named."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """What a run works on, and how people name it.

    `address` is the library's, as seen from the current folder; `library` says what it means.
    `tally` counts the requests that it takes. `walks` are those by which its digests were found.
    """

    workspace: Workspace
    address: str
    library: Address
    tally: Tally
    walks: Walks

    @property
    def listing(self) -> str:
        """The command that lists this library."""
        project = self.workspace.project
        is_here = Path.cwd().is_relative_to(project.root.resolve())
        if self.address == DEFAULT_LIBRARY or (
            is_here and self.address == project.configuration.library
        ):
            return "zoterodigest ls"
        return f"zoterodigest ls --library {visible(shlex.quote(self.address))}"

    @property
    def library_name(self) -> str:
        """What a question calls this library."""
        if isinstance(self.library, ApiAddress):
            return visible(self.address)
        return f"the trial library {visible(str(self.library.disk_path))}"

    def lines(self) -> Iterator[str]:
        """Yield which library is meant; and the lock file, if it is new or has a place of its own.

        Nearly every run shows these lines, and what a person looks for stands below them.
        """
        project = self.workspace.project
        if isinstance(self.library, ApiAddress):
            yield from hanging("library    ", visible(self.address))
        else:
            yield from self._file_lines(Path(self.library.disk_path), self.library.about)
        is_new = not project.lock_path.exists()
        if is_new or project.lock_path != project.root / LOCK_FILE:
            missing = ", not written yet" if is_new else ""
            yield from hanging("lock file  ", f"{visible(str(near(project.lock_path)))}{missing}")

    def _file_lines(self, path: Path, about: str) -> Iterator[str]:
        project = self.workspace.project
        if path.exists():
            yield from hanging("library    ", f"{visible(str(path))} ({about})")
        else:
            yield from hanging("library    ", f"{visible(str(path))}, not created yet")
            yield from hanging("           ", f"({about})")
        beside = near(project.root / DEFAULT_LIBRARY_FILE)
        is_found = path == beside and not project.is_configured
        if is_found and not project.lock_path.exists():
            beside_it = "(beside the digest, as there is no zoterodigest.toml)"
            yield from hanging("           ", beside_it)


@contextmanager
def opened_context(asked: Invocation) -> Iterator[ProjectContext]:
    """Give the place of a run, its library open; with --stats report the requests at the end."""
    place = open_context(asked)
    with (
        told_requests(asked, place.tally),
        place.workspace.library,
        _hyperlinked(asked, lambda: (place.library, _files_of(place.workspace))),
    ):
        yield place


def _files_of(workspace: Workspace) -> Mapping[str, Path]:
    digests = {str(one.key): one.path for one in workspace.digests}
    return digests | {str(one.key): one.path for one in workspace.bibs}


def linking_items(asked: Invocation) -> AbstractContextManager[None]:
    """Let the items that are shown in the block lead to Zotero, of the library that is meant."""

    def meant() -> tuple[Address, Mapping[str, Path]]:
        return parse_address(library_here(asked.address)[0]), {}

    return _hyperlinked(asked, meant)


@contextmanager
def _hyperlinked(
    asked: Invocation, meant: Callable[[], tuple[Address, Mapping[str, Path]]]
) -> Iterator[None]:
    """Make hyperlinks in the block if the terminal shows them: of files, and of items of a library
    that Zotero has.
    """
    if asked.as_json or not shows_hyperlinks(sys.stdout, os.environ):
        yield
        return
    library, paths = meant()
    files = {visible(name): path.absolute().as_uri() for name, path in paths.items()}
    links = Hyperlinks(files)
    if isinstance(library, ApiAddress):
        group = group_in_links(library)
        links = Hyperlinks(files, lambda key: select_link(group, key))
    with linking(links):
        yield


def require_idle_to_write(asked: Invocation, project: Project) -> None:
    """Raise `AlreadyRunning` if a run is to write and another one works on the project.

    A command calls it before it reads anything: a plan made while another run writes is stale.
    """
    if not asked.is_dry_run:
        require_idle(project.state_folder)


@contextmanager
def told_requests(asked: Invocation, tally: Tally) -> Iterator[None]:
    """Report at the end of the block how many requests it took, if --stats asks for it."""
    try:
        yield
    finally:
        if asked.with_stats:
            tell([requests_text(tally)])


def requests_text(tally: Tally) -> str:
    """Return how many requests a run took, by kind."""
    again = f", {tally['again']:,} of them sent again" if tally["again"] else ""
    kinds = f"{tally['read']:,} to read, {tally['write']:,} to write"
    return f"Requests: {tally['read'] + tally['write']:,} ({kinds}{again})"


def chosen(address: str = "", project: Project | None = None, walks: Walks | None = None) -> Chosen:
    """Return the library to use: `address`, else the project's, else the environment's.

    `project` is the project to use, if it was read already, `walks` those that this took.
    """
    otherwise, now = library_in(os.environ), time.time()
    return Chosen(address, otherwise, access(), allowed(), project, now, walks)


def open_context(asked: Invocation, start: Path = Path()) -> ProjectContext:
    """Return the place of a run on the digests asked for, or on all known ones if none is named.

    Without digests the project is that of the folder `start`. The configuration names the known
    ones. If it has no `[[digest]]`, the lock file does. Raises `NoDigest` if there is no digest.
    """
    walks = Walks()
    project = None if asked.files else project_in(start, walks)
    linked = linked_digests(project) if project else []
    # A linked digest that is gone must not stop the run of the others.
    meant = asked.files or [path for path in linked if path.exists()]
    meaning = chosen(asked.address, project, walks)
    workspace = open_workspace(meant, start, chosen=meaning, wanted_format=asked.format_name)
    _require_digests(workspace, linked)
    library, base = library_here(asked.address, workspace.project, start)
    address = parse_address(library)
    if not isinstance(address, ApiAddress):
        address = replace(address, disk_path=str(near(base / address.disk_path)))
        library = address.text
    return ProjectContext(workspace, library, address, meaning.access.tally, walks)


def _require_digests(workspace: Workspace, linked: Sequence[Path]) -> None:
    """Raise `NoDigest` if there is no digest to work on, or a .bib was named as one."""
    # From the most specific reason to the most general one: the first that fits is reported.
    if linked and not workspace.digests:
        names = ", ".join(str(path) for path in linked)
        raise NoDigest(
            f"the digests that the lock file links are missing: {names}",
            "If you renamed one, give its new path. The links follow it.",
        )
    if bib := next((one.key for one in workspace.digests if names_bib(one.key)), ""):
        raise NoDigest(
            f"{bib} is a bibliography, not a digest",
            "Name it below [[bibliography]] in zoterodigest.toml. Then each run includes it.",
        )
    if not workspace.digests:
        project = workspace.project
        vaults = (rules for rules in project.configuration.digests if rules.is_vault)
        if vault := next(vaults, None):
            raise nothing_found(project, vault)
        if patterns := [rules.path for rules in project.configuration.digests]:
            raise NoDigest(
                f"no file matches {', '.join(patterns)} (`path` of [[digest]] in"
                " zoterodigest.toml)",
                "Correct `path` there, or give the path of a Markdown file.",
            )
        if workspace.project.journal_path.exists():
            raise NoDigest(
                "a first run was stopped here before it ended, and no file names its digests yet",
                "Run the same command again with the digest's path to continue.",
            )
        raise NoDigest(
            "no digest was given, and this folder has no zoterodigest.toml or lock file that"
            " names one",
            "Give the path of a Markdown file, or write a zoterodigest.toml with"
            " `zoterodigest init DIGEST.md`. A .bib of the library alone: `zoterodigest export`.",
        )


def sources_in(
    start: Path, library: Library, snapshot: Snapshot
) -> Mapping[str, Mapping[str, str]]:
    """Return, by item key and field, where values were found that items of `library` have.

    The lock file of the project in `start` says so, if it links with this library.
    """
    from zoterodigest.sync.lookups.credits import rows_in, sources_of

    project = project_in(start)
    rows = [row for row in rows_in(project.lock_path, library) if row.credits]
    credited = {row.item for row in rows}
    zotero = mapping_of(project)
    items = (item for item in snapshot.items if item.key in credited)
    return {item.key: sources_of(item.key, item.data, rows, zotero) for item in items}


def project_in(start: Path, walks: Walks | None = None) -> Project:
    """Return the project of the folder `start`; `walks` learn what this looks for on the disk."""
    config = find_project(start)
    if config is not None:
        return loaded(config, walks)
    project = Project.implicit([start / "digest.md"])
    require_inside(project, allowed())
    return project


def linked_digests(project: Project) -> list[Path]:
    """Return the digests of a project whose configuration has no `[[digest]]`.

    They are those that its lock file links, and those that its feeds wrote. Bibliographies take
    part by a configuration only.
    """
    if project.configuration.digests:
        return []
    data = read_if_present(project.lock_path)
    linked = linked_sources(data, project.lock_path) if data is not None else ()
    keys = {*linked, *(digest.key for digest in project.digests())}
    return [near(project.root / key) for key in sorted(keys) if not key.is_bib]


def known_digests() -> list[Path]:
    """Return the digests of the current folder's project, of a vault its folder.

    Raises `NoDigest` if there is no digest.
    """
    project = project_in(Path())
    rules = [one for one in project.configuration.digests if one.is_vault]
    folders = [near(project.root / folder_before_pattern(one.path)) for one in rules]
    lists = [near(one.path) for one in project.digests() if not one.rules.is_vault]
    found = [*folders, *(linked_digests(project) or lists)]
    if not (here := [path for path in dict.fromkeys(found) if path.exists()]):
        raise NoDigest("no digest was given", "Give the path of a Markdown file.")
    return here


def near(path: Path) -> Path:
    """Return `path` from the current folder if it lies below it."""
    absolute, here = path.absolute(), Path.cwd()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else path


def library_here(
    address: str, known: Project | None = None, start: Path = Path()
) -> tuple[str, Path]:
    """Return the address of the library that is meant, and the folder where a path in it starts.

    Without `address` it is that of the project of `start`, which is `known` if it was read already.
    """
    if address:  # it needs no project, not even a readable one
        return address, start
    return library_meant(known or project_in(start), start, chosen())


def open_library(address: str, known: Project | None = None, start: Path = Path()) -> Library:
    """Return the library that `library_here` means, to be read.

    Raises `NoLibraryYet` if it has not been created.
    """
    library, base = library_here(address, known, start)
    require_existing(library, base)
    return connect(library, base=base, access=access())


def require_existing(address: str, base: Path) -> None:
    """Raise `NoLibraryYet` if the library at `address` is on this disk and has not been created.

    To open it as a new, empty one would hide a mistyped path.
    """
    path = parse_address(address).disk_path
    if path is not None and not (base / path).exists():
        raise NoLibraryYet(near(base / path))


def open_existing(address: str, start: Path) -> Workspace:
    """Return the project of `start` without its digests, over a library that `open_library` gives.

    Raises as `open_library` does.
    """
    library = open_library(address, start=start)
    return replace(open_workspace((), start, chosen=chosen(address)), library=library)


def open_everything(paths: Sequence[Path], asked: Invocation) -> Workspace:
    """Open the named digests and .bib files, or all digests of the project, and the library.

    Raises `NoLibraryYet` if there is no digest and no library.
    """
    start = Path()
    digests, named = by_kind(paths)
    project = None if paths else project_in(start)
    if project:
        digests = [path for path in linked_digests(project) if path.exists()]
    meaning = chosen(asked.address, project)
    workspace = open_workspace(digests, start, chosen=meaning, wanted_format=asked.format_name)
    if named:
        bibs = map(workspace.project.bib_file, named)
        read = replace(workspace, digests=workspace.digests if digests else ())
        # With `push` their entries are looked at like those of digests.
        return over_bibs(read, bibs, {"push": True})
    # Reading must not create a library: without digests it has to exist.
    if not workspace.digests:
        return replace(workspace, library=open_library(asked.address))
    return workspace


def items_by_citekey(address: str) -> Mapping[str, str]:
    """Return the items by the citation keys that the project here gives them.

    The library is the one that `open_library` gives. The project gives none to another library.
    """
    from zoterodigest.sync.exports.keying import read_keys
    from zoterodigest.sync.gathering.known_lock import NotSyncedYet, OtherLibrary

    workspace = open_existing(address, Path())
    with workspace.library:
        try:
            return read_keys(workspace).item_of
        except (OtherLibrary, NotSyncedYet):
            return {}


def over_bibs(
    workspace: Workspace, bibs: Iterable[BibFile], rules: Mapping[str, object]
) -> Workspace:
    """Return `workspace` with only these .bib files; `rules` go before those they have."""
    asked = (replace(bib, rules=bib.rules.model_copy(update=rules)) for bib in bibs)
    return replace(workspace, bibs=tuple(asked))
