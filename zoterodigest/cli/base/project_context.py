"""The context of a run: the project, the digests and the library that it works on, opened."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from zoterodigest.cli.base.hyperlinks import Hyperlinks, shows_hyperlinks
from zoterodigest.cli.base.network import library_in
from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.projects import (
    NoDigest,
    chosen,
    library_here,
    linked_digests,
    near,
    project_in,
)
from zoterodigest.cli.base.screen import hanging, linking, tell, visible
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Tally
from zoterodigest.library.address import (
    Address,
    ApiAddress,
    group_in_links,
    parse_address,
    select_link,
)
from zoterodigest.project.config import CONFIG_FILE, DEFAULT_LIBRARY, DEFAULT_LIBRARY_FILE
from zoterodigest.project.lock.lock import LOCK_FILE
from zoterodigest.project.vaults import nothing_found
from zoterodigest.project.walks import Walks
from zoterodigest.sync.gathering.workspace import Workspace, open_workspace


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
    def is_named_once(self) -> bool:
        """Whether later runs find this library only if they are given its address again."""
        lasting = self.workspace.project.configuration.library, library_in(os.environ)
        return isinstance(self.library, ApiAddress) and self.address not in lasting

    @property
    def naming(self) -> str:
        """What a person does so that later runs find this library."""
        if self.workspace.project.is_configured:
            return f'Put library = "{self.address}" into {CONFIG_FILE}'
        return f"Run `zoterodigest init --library {shlex.quote(self.address)}`"

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

    def meant() -> tuple[Address, Mapping[str, Path]]:
        files = {str(one.key): one.path for one in place.workspace.digests}
        return place.library, files | {str(one.key): one.path for one in place.workspace.bibs}

    library = place.workspace.library
    with told_requests(asked, place.tally), library, _hyperlinked(asked, meant):
        yield place


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


@contextmanager
def told_requests(asked: Invocation, tally: Tally) -> Iterator[None]:
    """Report at the end of the block how many requests it took, if --stats asks for it."""
    try:
        yield
    finally:
        if asked.with_stats:
            again = f", {tally['again']:,} of them sent again" if tally["again"] else ""
            kinds = f"{tally['read']:,} to read, {tally['write']:,} to write"
            tell([f"Requests: {tally['read'] + tally['write']:,} ({kinds}{again})"])


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
