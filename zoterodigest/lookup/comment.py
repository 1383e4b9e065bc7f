"""The reader of arXiv's comments: "12 pages. Accepted to CVPR 2024 (oral)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.lookup import wording
from zoterodigest.lookup.claims import Claim, claim_of, weighed
from zoterodigest.lookup.reading import Reading, Status, Where
from zoterodigest.lookup.venue_names import Named, VenueNames
from zoterodigest.lookup.venue_tail import Track, awards_in


def read_comment(comment: str, names: VenueNames) -> Reading:
    """Return where the work appeared, read from its comment."""
    text = wording.masked(comment)
    if wording.WITHDRAWN.search(text):
        return Reading()
    status = wording.status_without_venue(text)
    if wording.NON_ARCHIVAL.search(text):
        return Reading(status=status)
    reading = weighed(tuple(_claims(text, names)), comment, Where.COMMENT)
    if reading is None:
        return Reading(status=status)
    awards = dict.fromkeys([*filter(None, reading.award.split(", ")), *_lone_awards(text)])
    return replace(reading, award=", ".join(awards))


def _claims(text: str, names: VenueNames) -> Iterator[Claim]:
    start = 0
    for end in wording.sentence_ends(text):
        cue = wording.CUE.search(text, start, end)
        yield from _alone(text, start, cue.start() if cue else end, names=names)
        yield from _told(text, start, end, names=names)
        start = end + 1


def _told(text: str, start: int, end: int, *, names: VenueNames) -> Iterator[Claim]:
    """Yield what the sentence says in words: "accepted to", "to appear in"."""
    cues = list(wording.CUE.finditer(text, start, end))
    for number, cue in enumerate(cues):
        until = cues[number + 1].start() if number + 1 < len(cues) else end
        begin = cue.start()
        for named in _joined(text[:until], cue.end(), names):
            if not _is_of_another(text, start, cue, named=named):
                claim = claim_of(named, text, (begin, until), _status(cue), names=names)
                awards = dict.fromkeys((*awards_in(cue[0]), *claim.awards))
                yield replace(claim, start=cue.start(), awards=tuple(awards))
            begin = named.tail.end
    for found in wording.CUE_IN_CHINESE.finditer(text, start, end):
        if within := names.at(text[: found.end("name")], found.start("name")):
            yield claim_of(within, text, found.span("name"), Status.ACCEPTED, names=names)


def _alone(text: str, start: int, end: int, *, names: VenueNames) -> Iterator[Claim]:
    """Yield a venue that stands alone in the sentence, with its year, an award or "accepted"."""
    if wording.NOT_ALONE.search(text) or wording.SUBMISSION.search(text):
        return
    for at in _starts(text, start, end):
        is_volume = wording.PROCEEDINGS.match(text, at, end) is not None
        named = _named_behind(text[:end], at, names, is_alone=True)
        if named is None or wording.ANOTHER_VERSION.search(text, 0, at):
            continue
        claim = claim_of(named, text, (at, end), Status.ACCEPTED, names=names)
        if is_volume or claim.citation.volume:
            claim = replace(claim, status=Status.PUBLISHED)
        if is_volume or claim.year or claim.awards or named.tail.is_accepted:
            yield replace(claim, is_alone=not is_volume)
            return


def _starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where the sentence begins, and where its parts do behind counts of pages and such."""
    yield start
    for part in re.finditer(r"[,:]\s", text[start:end]):
        if not wording.is_harmless(text[start : start + part.start()]):
            return
        yield start + part.end()


def _joined(text: str, start: int, names: VenueNames) -> Iterator[Named]:
    """Yield what is named from `start` on, and what is joined to it: "ICLR 2024 and ICML 2024"."""
    named = _named_behind(text, start, names)
    while named:
        yield named
        also = wording.AND.match(text, named.tail.end)
        named = names.known_behind_leads(text, also.end()) if also else None


def _named_behind(
    text: str, start: int, names: VenueNames, *, is_alone: bool = False
) -> Named | None:
    """Return what is named from `start` on; of a workshop the conference that it belongs to."""
    named = names.known_behind_leads(text, start) if is_alone else names.at(text, start)
    workshop = wording.WORKSHOP.search(text, start)
    if workshop is None or (named and (named.is_journal or named.tail.track)):
        return named
    if named and named.venue:
        is_part_of_name = named.start <= workshop.start() < named.end
        return named if is_part_of_name else None
    lead = text[start : workshop.start()]
    if is_alone and not wording.WORKSHOP_LEAD.fullmatch(lead):
        return None
    host = next((host for host in names.known_in(text, start) if not host.is_journal), None)
    return replace(host, tail=replace(host.tail, track=Track.WORKSHOP)) if host else named


def _is_of_another(text: str, start: int, cue: re.Match[str], *, named: Named) -> bool:
    """Whether the sentence that begins at `start` says of another work what the cue says."""
    before = text[start : cue.start()]
    part = re.split(r"[,(]", before)[-1]
    if wording.ANOTHER_THING.search(before) or wording.PART_OF_WORK.search(part):
        return True
    if wording.IF.search(part) or wording.SUBMISSION.search(part):
        return True
    if wording.JOURNAL_VERSION.search(part) and named.is_journal:
        return False
    before_all = text[: cue.start()] if not named.is_journal else part
    return wording.ANOTHER_VERSION.search(before_all) is not None


def _status(cue: re.Match[str]) -> Status:
    if cue["to_appear"]:
        return Status.TO_APPEAR
    return Status.PUBLISHED if cue["published"] else Status.ACCEPTED


def _lone_awards(text: str) -> Iterator[str]:
    """Yield the awards that stand alone between two marks."""
    for part in re.split(r"[.;,|()]", text):
        if wording.LONE_AWARD.fullmatch(part.strip()):
            yield from awards_in(part)
