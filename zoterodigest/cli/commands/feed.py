"""The command `feed`: arXiv asked, new entries listed, digests written."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import typer

from zoterodigest.cli.base.allowed_paths import loaded
from zoterodigest.cli.base.network import lookups_are_off, open_sources
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    enumerated,
    hanging,
    tell_error,
    tell_failure,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.base.talk import busy, emit_unless_json, require_consent
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_result, picked
from zoterodigest.errors import ZoterodigestError
from zoterodigest.lookup.arxiv import newest, query_of
from zoterodigest.lookup.sources import Sources
from zoterodigest.mapping import venue_table
from zoterodigest.project.config import FeedRules
from zoterodigest.project.walks import find_project
from zoterodigest.sync.new_papers.feeding import Fed, Feeding, NoSuchFeed, Window, feeds_called


@command("names since until is_dry_run is_agreed is_offline as_json")
def feed(
    asked: Invocation,
    names: Sequence[str] = argument("NAME", ()),
    since: str = option(
        "--since DAY",
        "Submitted on this day or later: yesterday, 3d, 2025-04-07.",
        "7d",
        shown=True,
    ),
    until: str = option(
        "--until DAY",
        "Submitted on this day or before; the entries go to this day.",
        "today",
        shown=True,
    ),
) -> int:
    """Bring new arXiv papers into digests.

    Each [[feed]] of zoterodigest.toml asks arXiv for the newest papers of its categories and
    keywords. With NAME, only these feeds run. A paper that no digest of the project has becomes an
    entry: in a list, in a section for the day, or in a file for the day. A second run adds
    nothing. Days are arXiv's (UTC). arXiv announces a paper some days after its submission, so a
    daily job looks back a week.

    \b
    Examples:
      zoterodigest feed
      zoterodigest feed diffusion --since yesterday --dry-run
      zoterodigest feed --since 2025-04-01 --until 2025-04-07

    The exit code is 1 if arXiv didn't answer every request or a paper couldn't be written. The
    next run completes it.
    """
    config = find_project(Path())
    days = window(since, until)
    if config is None:
        raise NoSuchFeed("", ())
    project = loaded(config)
    require_idle_to_write(asked, project)
    feeds = feeds_called(project, names)
    if asked.is_offline or lookups_are_off():
        raise NotAsked(
            "new papers come from arXiv, and lookups are off",
            "Run it without --offline and ZOTERODIGEST_OFFLINE.",
        )
    feeding = Feeding(project, venue_table(), days)
    with open_sources(project.configuration.lookup) as sources:
        fed = [_feed(feeding, rules, days, sources) for rules in feeds]
    emit_unless_json(asked, chain.from_iterable(map(_text, fed)))
    number = sum(len(one.came) for one in fed)
    if number and not asked.is_dry_run:
        # A daily job has no terminal, and is not asked.
        is_needed = sys.stdin.isatty() and not asked.as_json
        question = f"Write this into {counted(len(feeding.changed), 'digest')}?"
        require_consent(question, asked, is_needed=is_needed)
    changed = [digest.key for digest in feeding.changed]
    unwritten = {} if asked.is_dry_run else feeding.write()
    # A failed feed does not stop the others: the next run completes it.
    is_failed = any(one.failed or one.fault for one in fed)
    text = _done(number, changed, is_dry_run=asked.is_dry_run, is_failed=is_failed)
    is_written = bool(changed) and not asked.is_dry_run
    data = {"written": is_written, "feeds": [_feed_data(one, feeding) for one in fed]}
    emit_result(asked, text, data)
    for error in unwritten.values():
        tell_error(str(error), error.hint)
    _tell_failures(fed)
    return FAILED if is_failed or unwritten else FINE


class NotAsked(ZoterodigestError):
    """A feed needs arXiv, and lookups are off."""

    exit_code = 2


def window(since: str, until: str, today: date | None = None) -> Window:
    """Parse the two days of a feed; raises `typer.BadParameter` if a text is not a day."""
    now = today or datetime.now(UTC).date()
    last = _day(until, now)
    first = _day(since, now)
    if first > last:
        raise typer.BadParameter(f"{since} is after {until}")
    return Window(first.isoformat(), last.isoformat())


def _day(text: str, today: date) -> date:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if found := re.fullmatch(r"(\d{1,4})d", text):
        return today - timedelta(days=int(found[1]))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text} is not a day: today, yesterday, 3d (days ago) or 2025-04-07"
        ) from error


def _feed(feeding: Feeding, rules: FeedRules, days: Window, sources: Sources) -> Fed:
    if sources.arxiv is None:
        raise NotAsked(
            "new papers come from arXiv, and [lookup] in zoterodigest.toml skips it",
            "Remove `arxiv` from [lookup] in zoterodigest.toml.",
        )
    query = query_of(rules.categories, rules.keywords)
    with busy(f"Asking arXiv for {visible(rules.called)}"):
        found = newest(sources.arxiv.service, query, since=days.since)
    return feeding.feed(rules, found)


def _text(fed: Fed) -> Iterator[str]:
    """Yield what a feed brought, and how many papers became of what."""
    name = visible(fed.name)
    yield name if fed.name == fed.digest else f"{name}: {visible(fed.digest)}"
    for came in fed.came:
        yield cut(f"  + {visible(came.paper.name):<10}  {visible(came.paper.title)}", width())
    yield from hanging("  ", ", ".join(_counts(fed)))


def _counts(fed: Fed) -> Iterator[str]:
    yield f"{counted(fed.found, 'paper')} found"
    yield f"{fed.matching:,} {'matches' if fed.matching == 1 else 'match'}"
    yield f"{len(fed.came):,} new"
    if fed.standing:
        yield f"{fed.standing:,} known already"
    if fed.withdrawn:
        yield f"{fed.withdrawn:,} withdrawn"
    if fed.left:
        yield f"{fed.left:,} left for the next run (maximum)"


def _done(
    number: int, changed: Sequence[str], *, is_dry_run: bool, is_failed: bool
) -> Iterator[str]:
    if not number:
        yield from () if is_failed else ("Nothing new.",)
        return
    entries = counted(number, "entry")
    names = enumerated([visible(name) for name in changed])
    if is_dry_run:
        yield from wrapped(planned_line(f"{entries} added to {names}"))
        return
    yield from hanging("Done: ", f"{entries} added to {names}.")
    yield "Next: `zoterodigest sync` brings them into the library."


def _tell_failures(fed: Sequence[Fed]) -> None:
    for one in fed:
        for failed in one.failed:
            tell_failure(failed.name, failed.reason)
        if one.fault:
            sentence = f"{one.name}: papers may be missing, as {one.fault}"
            tell_error(sentence, "Run it again: it keeps these entries and adds the rest.")


def _feed_data(fed: Fed, feeding: Feeding) -> dict[str, Any]:
    papers = ((came.paper, feeding.line_of(fed, came)) for came in fed.came)
    return {
        **picked(fed, "name", "digest", "found", "matching", known="standing"),
        **picked(fed, "withdrawn", "left", "fault"),
        "added": [{"id": paper.name, "title": paper.title, "line": at} for paper, at in papers],
        "failed": [picked(one, id="name", reason="reason") for one in fed.failed],
    }
