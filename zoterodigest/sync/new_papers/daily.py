"""Digests that grow by days: sections and files that look like those of the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.read.heading_names import name_of_heading
from zoterodigest.digest.write.new_section import (
    NewSection,
    recounted,
    redated,
    sections_of,
    with_outside,
    with_section,
)
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.steps import RemovedEntry
from zoterodigest.project.config import FeedRules
from zoterodigest.project.dated_files import dates_in, filled
from zoterodigest.sync.new_papers.inserting import Addition, OpenDigest, day_of, insert, section_for
from zoterodigest.sync.new_papers.papers import Paper

_FIRST_FORMAT = "daily-bullets"


def headline(rules: FeedRules, day: str) -> bytes:
    """Return the beginning of a digest that nothing tells how to begin."""
    return f"# {rules.name or 'New papers'} · {day}\n".encode()


def first_format(digest: OpenDigest) -> DigestFormat | None:
    """Return the format of the first entry where nothing tells: the one configured, else ours."""
    if len(digest.formats) == 1:
        return None
    return next((form for form in digest.formats if form.name == _FIRST_FORMAT), None)


def inserted(
    digest: OpenDigest,
    rules: FeedRules,
    papers: Sequence[Paper],
    *,
    day: str,
    first: DigestFormat | None = None,
) -> Addition:
    """Insert papers below the heading that the rules, or the digest, have for new ones of `day`.

    `first` is the format of the first entry of all. Without one that came nothing changes. Raises
    `UnclearSection` and `Unwritable`.
    """
    is_daily_file = "{" in rules.digest
    with_heading, path = _placed(digest, rules.section or "", day, is_daily_file=is_daily_file)
    done = insert(with_heading, papers, path, first)
    return done if done.came else replace(done, digest=digest)


def _placed(
    digest: OpenDigest, section: str, day: str, *, is_daily_file: bool
) -> tuple[OpenDigest, tuple[str, ...]]:
    """Return the digest with a heading for new entries, and its path."""
    document = digest.document
    sections = sections_of(document)
    full = [one for one in sections if one.entries and one.path]
    dated = [one for one in full if day_of(one)]
    newest = max(dated, key=day_of, default=None)
    is_by_day = newest is not None and len(dated) == len(full) and not is_daily_file
    if section:
        text = filled(section, day)
    elif newest is not None and is_by_day:
        text = _on_day(newest.text, day)
    else:
        return digest, section_for(document)
    # A section may be configured as its heading is written.
    name = folded_label(name_of_heading(text).text)
    present = next((it for it in sections if it.path and folded_label(it.text) == name), None)
    if present is not None or name == folded_label(document.title):
        return digest, present.path if present else ()
    days = list(map(day_of, dated))
    is_below = len(days) > 1 and days == sorted(days)
    like = newest or next(iter(full), None)
    new = NewSection(text, None if like is None else like.path, is_below)
    after, path = with_section(document, new, digest.read)
    return replace(digest, document=after), path


def _on_day(heading: str, day: str) -> str:
    """Return a dated heading with `day` in the place of its date."""
    found = dates_in(heading)[-1]
    parts = dict(zip(("year", "month", "day"), day.split("-"), strict=True))
    text = heading
    # From the end to the start: replacing a later part leaves the offsets of earlier ones.
    for name in ("day", "month", "year"):
        if found[name]:
            text = text[: found.start(name)] + parts[name] + text[found.end(name) :]
    return text


def with_new_count(before: OpenDigest, done: Addition) -> Addition:
    """Have a badge that counts the entries count the new ones as well."""
    if not done.came or not before.document.entries:
        return done
    numbers = len(before.document.entries), len(done.digest.document.entries)
    document = with_outside(done.digest.document, recounted(*numbers), before.read)
    return replace(done, digest=replace(done.digest, document=document))


def as_new(done: Addition, date: Sequence[str], day: Sequence[str]) -> Addition:
    """Make a digest of a new day out of that of an earlier one, to which new entries came."""
    digest = done.digest
    new = {came.entry.first for came in done.came}
    entries = digest.document.entries
    # By line: an old entry may read as a new one does.
    old = [at for at, entry in enumerate(entries) if entry.first not in new]
    cleared = rearrange(digest.document, [RemovedEntry(at) for at in old], digest.read)
    if cleared.refusals:
        raise UnwritableValue(f"the digest of {'-'.join(date)} cannot be emptied as a template")
    document = with_outside(cleared.document, redated(date, day), digest.read)
    document = with_outside(document, recounted(len(old), len(document.entries)), digest.read)
    return replace(done, digest=replace(digest, document=document))
