"""`feed`: new papers of arXiv that match come into digests, each once, ready for a daily job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.arxiv import Newest
from zoterodigest.lookup.work import Looked
from zoterodigest.project.config import FeedRules
from zoterodigest.project.dated_files import DatedFiles
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.sync.apply.applying import apply_files
from zoterodigest.sync.new_papers.adding import lock_rows
from zoterodigest.sync.new_papers.asking_for import NotAdded
from zoterodigest.sync.new_papers.daily import (
    as_new,
    first_format,
    headline,
    inserted,
    with_new_count,
)
from zoterodigest.sync.new_papers.inserting import (
    Addition,
    Came,
    OpenDigest,
    UnclearSection,
    open_digest,
)
from zoterodigest.sync.new_papers.papers import Paper, looked_fields
from zoterodigest.sync.new_papers.standing_works import StandingWorks


class NoSuchFeed(ZoterodigestError):
    """The configuration has no feed of this name, or none at all."""

    exit_code = 2

    def __init__(self, name: str, known: Sequence[str]) -> None:
        sentence = f"there is no feed called {name}" if name else "there is no feed"
        hint = (
            f"Feeds: {', '.join(known)}." if known else "Write a [[feed]] into zoterodigest.toml."
        )
        super().__init__(sentence, hint)
        self.name = name


@dataclass(frozen=True, slots=True)
class Window:
    """The days of first versions that are wanted, both in, ISO 8601."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Fed:
    """What one feed brought: the entries that came into `digest`, and what became of the others.

    `found` papers are of these days, `matching` of them match; of those `standing` are in the
    project already, `withdrawn` ones are left out, and `left` are over the maximum. `fault` says
    why some may be missing.
    """

    name: str
    digest: str
    found: int
    matching: int
    standing: int = 0
    withdrawn: int = 0
    left: int = 0
    came: tuple[Came, ...] = ()
    failed: tuple[NotAdded, ...] = ()
    fault: str = ""


def feeds_called(project: ProjectFolder, names: Sequence[str]) -> tuple[FeedRules, ...]:
    """Return the feeds of a project that have one of `names`, all if none is given."""
    feeds = project.configuration.feeds
    known = [feed.called for feed in feeds]
    for name in names or ([] if feeds else [""]):
        if name not in known:
            raise NoSuchFeed(name, known)
    return tuple(feed for feed in feeds if not names or feed.called in names)


def is_wanted(rules: FeedRules, paper: Looked) -> bool:
    """Tell whether a paper has a keyword and no exclusion in title, abstract or comment.

    Words are whole, in any case, in the plural too, with blanks or hyphens between them.
    """
    text = "\n".join((paper.title, paper.abstract, paper.comment)).casefold()
    is_said = not rules.keywords or _has_any(text, rules.keywords)
    return is_said and not _has_any(text, rules.exclude)


def _has_any(text: str, phrases: Iterable[str]) -> bool:
    return any(_pattern(phrase).search(text) for phrase in phrases)


def _pattern(phrase: str) -> re.Pattern[str]:
    words = re.findall(r"[^\W_]+", phrase.casefold())
    inner = r"[\W_]{1,3}".join(words)
    return re.compile(rf"(?<![^\W_]){inner}(?:e?s)?(?![^\W_])")


class Feeding:
    """The digests of a run of feeds; nothing is written before `write`."""

    def __init__(self, project: ProjectFolder, venues: VenueTable, window: Window) -> None:
        self._project = project
        self._venues = venues
        self._window = window
        self._rows = lock_rows(project)
        self._opened: dict[str, OpenDigest] = {}
        self._others: dict[str, OpenDigest] = {}
        feeds = [DatedFiles(project.root, rules.digest) for rules in project.configuration.feeds]
        dated = [one for files in feeds for one in files.present()]
        past = {path for date, path in dated if _is_past(date, window.since)}
        for digest in project.digests():
            if digest.path.exists() and digest.path not in past:
                self._others[digest.key] = open_digest(project, digest.path, venues)

    @property
    def changed(self) -> tuple[OpenDigest, ...]:
        """The digests that will differ, as they will be."""
        return tuple(digest for digest in self._opened.values() if digest.is_change)

    def write(self) -> Mapping[str, ZoterodigestError]:
        """Replace the digests that differ; return why some could not be, by key.

        Raises the reason if none could be, `SourceChanged` where somebody wrote it meanwhile.
        """
        if not self.changed:
            return {}
        return apply_files(self._project, "feed", [digest.change for digest in self.changed])

    def line_of(self, fed: Fed, came: Came) -> int:
        """Return the line on which an entry that came will begin."""
        entries = self._opened[fed.digest].document.entries
        return next(it.first + 1 for it in entries if it.reading == came.entry.reading)

    def feed(self, rules: FeedRules, newest: Newest) -> Fed:
        """Bring what `newest` holds and the rules want into the feed's digest."""
        window = self._window
        dated = [paper for paper in newest.papers if window.since <= paper.first <= window.until]
        matching = [paper for paper in dated if is_wanted(rules, paper)]
        live = [paper for paper in matching if not paper.is_withdrawn and paper.title]
        files = DatedFiles(self._project.root, rules.digest)
        digest = self._digest(files)
        fresh = self._fresh(live)
        chosen = fresh[: rules.maximum]
        fed = Fed(
            rules.called,
            digest.key,
            len(dated),
            len(matching),
            standing=len(live) - len(fresh),
            withdrawn=len(matching) - len(live),
            left=len(fresh) - len(chosen),
            fault=newest.fault,
        )
        if not chosen:
            return fed
        ordered = chosen if rules.order == "newest" else chosen[::-1]
        try:
            done = self._brought(digest, files, rules, ordered)
        except (UnwritableValue, UnclearSection) as error:
            return replace(fed, failed=(NotAdded(digest.key, str(error)),))
        # Later feeds of the run go into the digest as it is then: each paper comes once.
        if done.came:
            self._opened[digest.key] = done.digest
        failed = tuple(NotAdded(paper.name, why) for paper, why in done.refused)
        return replace(fed, came=done.came, failed=failed)

    def _digest(self, files: DatedFiles) -> OpenDigest:
        """Return the digest of the run's day, with all others of its pattern that count read."""
        for date, path in files.present():
            if not _is_past(date, self._window.since):
                self._open(path)
        return self._open(files.on(self._window.until))

    def _open(self, path: Path) -> OpenDigest:
        (digest,) = self._project.digests([path])
        if digest.key not in self._opened:
            known = self._others.pop(digest.key, None)
            opened = known or open_digest(self._project, digest.path, self._venues)
            self._opened[digest.key] = opened
        return self._opened[digest.key]

    def _fresh(self, papers: Sequence[Looked]) -> list[Paper]:
        """Return the papers that stand in no digest, and never were linked."""
        documents = [one.document for one in (*self._opened.values(), *self._others.values())]
        standing = StandingWorks(documents, self._rows)
        every = (
            Paper(paper.id, looked_fields(paper, self._venues), f"v{paper.version}")
            for paper in papers
        )
        return [paper for paper in every if standing.find(paper) is None]

    def _brought(
        self, digest: OpenDigest, files: DatedFiles, rules: FeedRules, papers: Sequence[Paper]
    ) -> Addition:
        """Return the digest with `papers`; one that is not there yet looks like the one before."""
        day = self._window.until
        is_there = bool(digest.document.source)
        template = None if is_there else files.template(day)
        if template is None:
            first = None if digest.document.entries else first_format(digest)
            base = digest if is_there else digest.holding(headline(rules, day))
            return with_new_count(base, inserted(base, rules, papers, day=day, first=first))
        date, path = template
        source = open_digest(self._project, path, self._venues).document.source
        done = inserted(digest.holding(source), rules, papers, day=day)
        return as_new(done, date.split("-"), day.split("-")) if done.came else done


def _is_past(date: str, since: str) -> bool:
    """Tell whether a list is older than all papers that are wanted: none of them stands in it."""
    return date < since[: len(date)]
