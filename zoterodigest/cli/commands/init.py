"""The command `init`: write a first configuration, or set the links aside to begin anew."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from zoterodigest.cli.base.allowed_paths import loaded
from zoterodigest.cli.base.options import Invocation, argument, command, flag
from zoterodigest.cli.base.projects import linked_digests
from zoterodigest.cli.base.screen import emit, hanging, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.digest.read.detect import read_document
from zoterodigest.library.address import address_of, parse_address
from zoterodigest.mapping import venue_table
from zoterodigest.project.config import CONFIG_FILE, DEFAULT_LIBRARY
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    read_if_present,
    replace_file,
    writing_failed,
)
from zoterodigest.project.initial import (
    ATTRIBUTES,
    MERGE_DRIVER,
    add_lock_attributes,
    initial_config,
)
from zoterodigest.project.layout import (
    ProjectFolder,
    by_kind,
    folder_before_pattern,
    matching_files,
)
from zoterodigest.project.lock.lock import LOCK_FILE, read_lock
from zoterodigest.project.log.journal import discard_journal
from zoterodigest.project.proposals import DigestProposal, Proposal, propose, why_vault
from zoterodigest.project.running import running
from zoterodigest.project.vaults import why_no_files
from zoterodigest.project.walks import find_project


@command("paths address is_fresh")
def init(
    asked: Invocation,
    paths: Sequence[Path] = argument("FILE", ()),
    is_fresh: bool = flag("--fresh", "Rename the lock file and start anew."),
) -> None:
    """Write a zoterodigest.toml to adjust.

    init writes it into the current folder and never overwrites a file. Without FILE it names the
    digests that the lock file links. zoterodigest also works without a configuration: then the
    library and the lock file lie beside the digests.

    If a program seems to write a FILE, init proposes pull = false. If a FILE repeats another one,
    for example in a second language, it proposes push = ["summary"]. It says why. A .bib, which
    need not exist yet, becomes a [[bibliography]]: each sync exports into it. A pattern in quotes
    stands in the file as it is, so that later files are digests, too. A folder stands for the
    Markdown files in it. If these are notes of one paper each, init proposes entry = "file".

    The library of the project is the one at ADDRESS, else the one that the lock file links with,
    else a trial library.

    In a git repository, init adds a line for the lock file to .gitattributes. It keeps the lock
    file out of diffs, and lets git merge it once you run the command that init prints.

    --fresh writes no configuration. It renames the lock file, so that you can use another library.
    The next push finds the items there again and adopts them.

    \b
    Examples:
      zoterodigest init
      zoterodigest init notes/papers.md 'daily/*.md'
      zoterodigest init papers.md --library desktop
      zoterodigest init papers.md paper/refs.bib
      zoterodigest init Papers/
      zoterodigest init --fresh
    """
    emit(_begin_anew(paths) if is_fresh else _write_configuration(paths, asked.address))


def _write_configuration(files: Sequence[Path], address: str) -> Iterator[str]:
    """Write a `zoterodigest.toml` for these files here and yield what to do next.

    A .bib, which need not be there yet, is a bibliography, any other file a digest; a folder stands
    for the Markdown files in it. `address` is that of the library, if it was given. Raises
    `BadAddress`, `CannotWrite` if there is a configuration, and `BadInput` if one of the files
    cannot be read.
    """
    if address:
        parse_address(address)
    path = Path(CONFIG_FILE)
    # A broken symbolic link is a file of the person's too: exists() would not see it.
    if os.path.lexists(path):
        # The project may be older than its git repository, or than this line of git's.
        added = () if files else (*_added_for_git(),)
        if not added:
            raise CannotWrite(path, "it exists already", "Edit it, or move it away first.")
        yield from added
        yield f"{path} exists already and stays as it is."
        return
    files = files or linked_digests(ProjectFolder.implicit([Path("digest.md")]))
    digests, bibs = by_kind(dict.fromkeys(chain.from_iterable(map(_files_in, files))))
    for bib in bibs:
        read_if_present(bib)
    with busy("Reading digests"):
        proposals = tuple(_proposals(digests))
    names = [_name_of(digest) for digest in digests]
    bib_names = [_name_of(bib) for bib in bibs]
    library = address or _linked_library() or DEFAULT_LIBRARY
    text = initial_config(names, proposals, bib_names, library)
    replace_file(path, text.encode("utf-8"), None)
    yield f"Wrote {path}. It explains every key."
    yield from _proposed(proposals)
    yield from _added_for_git()
    yield "Next: `zoterodigest inspect` shows what is understood,"
    yield "      `zoterodigest plan` what a sync would do."


def _added_for_git() -> Iterator[str]:
    if add_lock_attributes(Path()):
        yield f"Added {LOCK_FILE} to {ATTRIBUTES}. To let git merge it, run once in each clone:"
        yield f"  {MERGE_DRIVER}"


def _linked_library() -> str:
    """Return the address of the library that the lock file here links with, "" if unknown.

    Under a configuration that names another library the links that are there could not be used.
    """
    path = Path(LOCK_FILE)
    found = read_if_present(path)
    return address_of(read_lock(found, path).identity) if found else ""


def _proposals(digests: Iterable[Path]) -> Iterator[Proposal]:
    """Yield what is proposed for digests, and for patterns of their paths by one of their files."""
    files = {digest: _first_file(digest) for digest in digests}
    plain = [digest for digest, file in files.items() if digest == file]
    yield from propose([_candidate(digest) for digest in plain])
    for pattern in (digest for digest in digests if digest not in plain):
        if reason := why_vault(matching_files(Path(), str(pattern))):
            yield Proposal(_name_of(pattern), 'entry = "file"', reason)
            continue
        for one in propose([_candidate(files[pattern])]):
            yield replace(one, path=_name_of(pattern))


_ALL_NOTES, _ALL_OF_QUARTO = "**/*.md", "**/*.qmd"


def _files_in(path: Path) -> Sequence[Path]:
    """Return the patterns of all notes in a folder; any other path as it is.

    Documents of Quarto are digests only if they are notes of one paper each.
    """
    if not path.is_dir():
        return [path]
    quarto = matching_files(Path(), str(path / _ALL_OF_QUARTO))
    if not why_vault(quarto):
        return [path / _ALL_NOTES]
    has_others = bool(matching_files(Path(), str(path / _ALL_NOTES)))
    return [*([path / _ALL_NOTES] if has_others else ()), path / _ALL_OF_QUARTO]


def _first_file(digest: Path) -> Path:
    """Return the first file that a pattern matches, or the path itself if it is no pattern."""
    if not glob.has_magic(str(digest)) or digest.exists():
        return digest
    found = matching_files(Path(), str(digest))
    if not found:
        if why := why_no_files(Path(folder_before_pattern(str(digest)))):
            raise BadInput(digest, why, "zoterodigest can't sync it.")
        raise BadInput(digest, "no file matches this pattern", "Check the pattern.")
    return found[0]


def _candidate(digest: Path) -> DigestProposal:
    name = _name_of(digest)
    document = read_document(name, read_digest(digest).data, formats_for(digest), venue_table())
    beside = frozenset(path.name for path in digest.absolute().parent.iterdir())
    return DigestProposal(name, document, beside)


def _name_of(path: Path) -> str:
    """Return how the configuration names a path: as seen from here."""
    return Path(os.path.relpath(path)).as_posix()


def _proposed(proposals: Sequence[Proposal]) -> Iterator[str]:
    """Yield what a person may want to change again, and why it was written."""
    if proposals:
        yield "Proposed in it:"
    for one in proposals:
        yield f"  {visible(one.path)}"
        yield from hanging("    ", f"{one.rule}, as {visible(one.reason)}")


def _begin_anew(digests: Sequence[Path]) -> Iterator[str]:
    """Set the lock file of `digests`, or of the project here, aside and yield what to do next.

    Raises `CannotWrite` if it cannot be renamed.
    """
    config = find_project(digests[0] if digests else Path())
    project = loaded(config) if config else ProjectFolder.implicit(digests or [Path("digest.md")])
    path = project.lock_path
    if not path.exists():
        yield f"There is no lock file at {visible(str(path))}: nothing is linked yet."
        return
    with running(project.state_folder, "init"):
        names = (path.with_name(f"{path.name}.old{number or ''}") for number in count())
        aside = next(name for name in names if not os.path.lexists(name))
        try:
            path.rename(aside)
        except OSError as error:
            raise CannotWrite(path, *writing_failed(error)) from error
        # The journal goes on with a run over the lock file that was set aside.
        discard_journal(project.journal_path)
    yield f"{visible(str(path))} is now {visible(aside.name)}; nothing is linked any more."
    plan = "zoterodigest plan" if config else "zoterodigest plan DIGEST"
    yield f"Next: `{plan}` shows what a sync would find again and adopt."
