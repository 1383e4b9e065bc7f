"""`add`: papers that a person asks for become entries of a digest, if they stand nowhere yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.works.catalogue import Catalogue
from zoterodigest.core.works.work import work_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import BadInput
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.lock import lock_at
from zoterodigest.sync.apply.applying import apply_files
from zoterodigest.sync.new_papers.asking_for import ById, NotAdded
from zoterodigest.sync.new_papers.inserting import (
    Addition,
    OpenDigest,
    insert,
    open_all,
    section_for,
)
from zoterodigest.sync.new_papers.papers import Paper
from zoterodigest.sync.new_papers.standing_works import Standing, StandingWorks, still_linked


class UnclearDigest(ZoterodigestError):
    """It is not clear which digest new entries are to go into."""

    exit_code = 2

    def __init__(self, known: Sequence[str]) -> None:
        names = ", ".join(known) or "there is none in a zoterodigest.toml here"
        super().__init__("name the digest that the paper is to go into", f"--to DIGEST: {names}.")
        self.known = tuple(known)


@dataclass(frozen=True, slots=True)
class Doubled:
    """A paper that stands somewhere already; `where` is None if it was asked for twice."""

    paper: Paper
    where: Standing | None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of papers that were asked for: the digests that some come into, and the rest."""

    additions: tuple[Addition, ...]
    doubled: tuple[Doubled, ...]
    failed: tuple[NotAdded, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """The digest that papers go into, and what stands in it and in the others of its project."""

    digest: OpenDigest
    standing: StandingWorks
    project: ProjectFolder
    is_pushed: bool = True
    """Whether what its digest holds becomes items of the library."""

    def doubled(self, asked: ById) -> Doubled | None:
        """Return where a paper stands that is asked for, as far as its identifier tells."""
        paper = Paper(asked.name, {asked.identifier.scheme: asked.identifier.value})
        where = self.standing.find(paper)
        return None if where is None else Doubled(paper, where)


def open_goal(
    project: ProjectFolder, path: Path | None, venues: VenueTable, beside: Sequence[Path]
) -> Goal:
    """Return the digest at `path`, the only one if that is None, and what is around it.

    `beside` are digests besides those of the configuration. Raises `UnclearDigest`, and `BadInput`
    where there is no file.
    """
    if path is None:
        known = (*project.digests(), *(project.digests(beside) if beside else ()))
        if len(known) != 1:
            raise UnclearDigest([digest.key for digest in known])
        path = known[0].path
    opened = open_all(project, [path, *beside], venues)
    (meant,) = project.digests([path])
    if opened[meant.key].on_disk is None:
        raise BadInput(path, "no such file", "Check the path; an empty file would do.")
    standing = standing_in(project, opened)
    return Goal(opened[meant.key], standing, project, meant.rules.push is True)


def standing_in(project: ProjectFolder, opened: Mapping[str, OpenDigest]) -> StandingWorks:
    """Return the works that stand in digests of a project, or that its lock file links."""
    rows = lock_rows(project)
    gone = {row.digest for row in rows if not (project.root / row.digest).is_file()}
    documents = [digest.document for digest in opened.values()]
    return StandingWorks(documents, still_linked(rows, opened, gone))


def lock_rows(project: ProjectFolder) -> tuple[LockRow, ...]:
    """Return the rows of a project's lock file, none if there is none."""
    lock = lock_at(project.lock_path)
    return lock.rows if lock else ()


def add_papers(
    goal: Goal,
    found: Iterable[Paper | NotAdded | Doubled],
    *,
    section: str,
    may_double: bool,
) -> Added:
    """Return the digest with the papers that stand nowhere yet, and what becomes of the others.

    Nothing is written. One paper that fails stops no other. Raises `UnclearSection`.
    """
    fresh, doubled, failed = told_apart(goal, found, may_double=may_double)
    if not fresh:
        return Added((), doubled, failed)
    done = insert(goal.digest, fresh, section_for(goal.digest.document, section))
    refused = (NotAdded(paper.name, f"it cannot be written: {why}") for paper, why in done.refused)
    return Added((done,) if done.came else (), doubled, (*failed, *refused))


def write_additions(goal: Goal, added: Added) -> Mapping[str, ZoterodigestError]:
    """Write the digests with their new entries; return why some were not written, by their key.

    None is written that is not as it was read. Raises the reason if none could be written.
    """
    changes = [one.digest.change for one in added.additions]
    pending = [it for one in added.additions for it in one.pending] if goal.is_pushed else []
    return apply_files(goal.project, "add", changes, pending)


def told_apart(
    goal: Goal, found: Iterable[Paper | NotAdded | Doubled], *, may_double: bool
) -> tuple[list[Paper], tuple[Doubled, ...], tuple[NotAdded, ...]]:
    """Part the papers that stand nowhere from those that do, or were asked for before, and from
    what is no paper.
    """
    fresh: list[Paper] = []
    twice: list[Doubled] = []
    seen = Catalogue()
    known = list(found)
    for place, paper in enumerate(it for it in known if isinstance(it, Paper)):
        where = None if may_double else goal.standing.find(paper)
        if where is not None or seen.holds(work_of(paper)):
            twice.append(Doubled(paper, where))
        else:
            fresh.append(paper)
        # Also one that stands already: the next paper is compared with all that were asked for.
        seen.add(str(place), work_of(paper))
    doubled = (*(it for it in known if isinstance(it, Doubled)), *twice)
    return fresh, doubled, tuple(it for it in known if isinstance(it, NotAdded))
