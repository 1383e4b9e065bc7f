"""The Python API: `from zoterodigest import Project`. docs/api.md shows how to use it.

It does what the commands of the same names do, by the same code. The public names of this module
change only with a new major version. Every function raises `ZoterodigestError` with a sentence and
a `hint` where a command would print them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, get_args

from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.project_context import ProjectContext, open_context
from zoterodigest.cli.base.projects import near
from zoterodigest.cli.commands.bib_files import new_bib
from zoterodigest.cli.show.plan_data import plan_data
from zoterodigest.digest.read.report import entry_json
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.gathering.sources import ReadDigest, read_digests
from zoterodigest.sync.run.run import Options, Prepared, prepare

__all__ = ["ListedPaper", "PlannedRun", "Project", "ProjectStatus", "RunResult"]

Direction = Literal["push", "pull", "sync"]
Dialect = Literal["bibtex", "biblatex"]


class BadCall(ZoterodigestError):
    """A function of the Python API was called with a value that it does not know, or too late."""

    exit_code = 2


class NeedsConsent(ZoterodigestError):
    """A plan asks before it is written, and nobody agreed to it."""

    exit_code = 7


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """One paper of a digest, with the values that stand in the file; "" or () is what it lacks.

    `line` is 1-based. `urls` are its links as (label, URL), `headings` those above it from the
    outermost one. `summary` is Markdown.
    """

    file: str
    line: int
    title: str
    authors: tuple[str, ...]
    venue: str
    year: int | None
    date: str
    arxiv_id: str
    doi: str
    urls: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What a run would write. `json` has the fields of `plan --json`, which docs/json.md lists."""

    json: Mapping[str, Any]
    _prepared: Prepared
    _place: ProjectContext

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do."""
        return self._prepared.is_settled

    @property
    def needs_consent(self) -> bool:
        """Whether the command would ask before it writes."""
        return self._prepared.needs_consent

    @property
    def actions(self) -> tuple[Mapping[str, Any], ...]:
        """What the run would do, each with its `kind`."""
        return tuple(self.json["actions"])

    @property
    def reports(self) -> tuple[Mapping[str, Any], ...]:
        """What needs a person, each with its `kind`: conflicts, ambiguous entries and others."""
        return tuple(self.json["reports"])


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How things stand: whether all is in sync, and how many changes and reports there are."""

    is_settled: bool
    pending: int
    conflicts: int
    reports: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did. `json` has the fields of `sync --json`; `failures` could not be written."""

    json: Mapping[str, Any]

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """The records that could not be written, each with `where`, `title` and `reason`."""
        return tuple(self.json["failures"])


class Project:
    """The digests, the lock file and the library of a folder. Use it in a `with` statement.

    Paths that it returns are relative to the current folder of the process.
    """

    def __init__(self, folder: Path, digests: tuple[Path, ...], library: str) -> None:
        self._folder, self._digests, self._library = folder, digests, library
        self._open = ExitStack()
        self._is_closed = False

    @classmethod
    def open(
        cls, folder: Path | str = ".", *, digests: Iterable[Path | str] = (), library: str = ""
    ) -> Project:
        """Return the project of `folder`, with its library or another one.

        `digests` are files in place of those that the project names, relative to the current
        folder. `library` is an address as in `--library`. An API key comes from the keyring or from
        the variable ZOTERO_API_KEY. Nothing is read yet.
        """
        if not Path(folder).is_dir():
            what = "is a file, not a folder" if Path(folder).exists() else "is no folder"
            raise BadCall(f"{folder} {what}", "Name digests so: Project.open(digests=[…]).")
        # A text is many paths of one letter to Python.
        several = [digests] if isinstance(digests, (str, Path)) else digests
        return cls(Path(folder), tuple(map(Path, several)), library)

    def __enter__(self) -> Project:
        """Return the project itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the library."""
        self.close()

    def close(self) -> None:
        """Close the library. Nothing can be read, planned or applied any more."""
        self._is_closed = True
        self._open.close()

    def entries(self) -> tuple[ListedPaper, ...]:
        """Return all entries of the project's digests, file by file from the top.

        It reads no library. A digest that cannot be read raises `BadInput`.
        """
        read, unread = read_digests(self._place().workspace)
        for one in unread:
            raise one.error
        return tuple(entry for digest in read for entry in _entries(digest))

    def status(self) -> ProjectStatus:
        """Return how things stand, as the command `status` sees it. It writes nothing."""
        plan = self.plan()
        conflicts = sum(one["kind"] == "conflict" for one in plan.reports)
        return ProjectStatus(plan.is_settled, len(plan.actions), conflicts, len(plan.reports))

    def plan(
        self,
        direction: Direction = "sync",
        *,
        max_changes: int | None = None,
        allow_removals: bool = False,
    ) -> PlannedRun:
        """Return what a run in this direction would write. It writes nothing and looks nothing up.

        The last two are the limits of the guard, as with `--max-changes` and `--allow-removals`.
        """
        # Any other word would plan both directions.
        _require_known("direction", direction, get_args(Direction))
        if max_changes is not None and (not isinstance(max_changes, int) or max_changes < 0):
            raise BadCall(f"max_changes is {max_changes!r}", "It is a number from 0, or None.")
        intent = Sync(may_push=direction != "pull", may_pull=direction != "push")
        place = self._place()
        limits = Options(intent, max_changes=max_changes, allow_removals=allow_removals)
        prepared = prepare(place.workspace, limits)
        return PlannedRun(plan_data(prepared, place), prepared, place)

    def apply(self, plan: PlannedRun, *, agree: bool = False) -> RunResult:
        """Write a plan and return what came of it. It is in `log`, and `undo` takes it back.

        A record that changed since the plan was made is not overwritten: it is planned again. If
        the plan needs consent, `agree` gives it. Raises `NeedsConsent` without it, `TooMuch` if the
        guard stops the plan, and `SourceChanged` if a digest changed since.
        """
        from zoterodigest.sync.syncing.sync_run import carry_out

        self._require_open()
        if not isinstance(plan, PlannedRun):
            raise BadCall(f"{plan!r} is no plan", "Make one: project.apply(project.plan()).")
        if plan.needs_consent and not agree:
            raise NeedsConsent("the plan needs consent", "Look at it, then pass agree=True.")
        finished = carry_out(plan._prepared, lambda done, total: None)
        return RunResult(plan_data(plan._prepared, plan._place, finished))

    def export(self, to: Dialect = "bibtex") -> str:
        """Return a bibliography of the library, as `export` prints it. It writes no file."""
        _require_known("to", to, get_args(Dialect))
        return new_bib(self._place().workspace, {"to": to}).source.decode("utf-8", "replace")

    def _require_open(self) -> None:
        if self._is_closed:
            raise BadCall("the project is closed", "Open it again, and make a new plan.")

    def _place(self) -> ProjectContext:
        self._require_open()
        asked = Invocation(files=self._digests, address=self._library)
        place = open_context(asked, self._folder)
        self._open.enter_context(place.workspace.library)
        return place


def _require_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadCall(f"{name} is {value!r}", f"It is one of {', '.join(known)}.")


def _entries(read: ReadDigest) -> Iterable[ListedPaper]:
    for entry in read.document.entries:
        values = entry_json(entry)
        dois = (one.value for one in entry.reading.identifiers if one.scheme == "doi")
        yield ListedPaper(
            file=str(near(read.digest.path)),
            line=entry.first + 1,
            title=values["title"] or "",
            authors=tuple(values["authors"] or ()),
            venue=values["venue"] or "",
            year=values["year"],
            date=values["date"] or "",
            arxiv_id=values["arxiv_id"] or "",
            doi=next(dois, ""),
            urls=tuple((label, url) for label, url in values["urls"]),
            headings=tuple(values["headings"]),
            summary=values["summary"] or "",
        )
