"""Where a work was published, as its authors say in arXiv's comment and journal reference.

Precision first: a wrong venue is worse than none. A venue counts only if the text says that this
very work was accepted or appeared there: behind "accepted to", "to appear in" and the like, or
alone with its year. There is no venue if the work was submitted or is under review, if the text is
about another work, or if it names two conferences.

A year comes only from the text: written out, shortened, or as the number of the edition. The date
of submission completes two digits and rules out numbers that cannot be years. It never replaces a
missing year: authors edit comments for years, so "accepted at ICML" on a paper from March may mean
any later ICML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.lookup import wording
from zoterodigest.lookup.citation import cited, four_digits
from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.lookup.venue_claims import StatedVenue, venue_claim, weighed
from zoterodigest.lookup.venue_names import Named, VenueNames
from zoterodigest.lookup.venue_tail import WORKSHOP, awards_in
from zoterodigest.regex import lazy_regex


def published_in(
    comment: str, journal_ref: str, *, submitted: str, venues: VenueTable
) -> StatedVenue:
    """Return where a work was published, read from arXiv's `comment` and `journal_ref`.

    `submitted` is the date of the first version (ISO, or empty). If both name a venue, the journal
    reference decides; the comment adds what it lacks about the same venue, such as an award. Any
    text is read in linear time.
    """
    names = VenueNames(venues, submitted)
    reference, remark = _read_journal_ref(journal_ref, names), _read_comment(comment, names)
    if not reference.venue:
        return remark
    if remark.venue != reference.venue or remark.year not in ("", reference.year or remark.year):
        return reference
    return replace(
        reference,
        year=reference.year or remark.year,
        awards=reference.awards or remark.awards,
        pages=reference.pages or remark.pages,
    )


def _read_comment(comment: str, names: VenueNames) -> StatedVenue:
    """Return where the work appeared, read from its comment."""
    text, rules = wording.masked(comment), lookup_tables()
    # What is not archival names a venue, but is not published there.
    if rules.withdrawn.search(text) or rules.non_archival.search(text):
        return StatedVenue()
    reading = weighed(tuple(_claims(text, names)), "comment", comment)
    if not reading.venue:
        return reading
    awards = dict.fromkeys(reading.awards)
    for part in re.split(r"[.;,|()]", text):
        if wording.LONE_AWARD.fullmatch(part.strip()):
            awards |= dict.fromkeys(awards_in(part))
    return replace(reading, awards=tuple(awards))


def _claims(text: str, names: VenueNames) -> Iterator[StatedVenue]:
    start = 0
    for end in wording.sentence_ends(text):
        cue = wording.CUE.search(text, start, end)
        yield from _alone(text, start, cue.start() if cue else end, names=names)
        yield from _told(text, start, end, names=names)
        start = end + 1


def _told(text: str, start: int, end: int, *, names: VenueNames) -> Iterator[StatedVenue]:
    """Yield what the sentence says in words: "accepted to", "to appear in"."""
    cues = list(wording.CUE.finditer(text, start, end))
    for number, cue in enumerate(cues):
        until = cues[number + 1].start() if number + 1 < len(cues) else end
        begin = cue.start()
        for named in _joined(text[:until], cue.end(), names):
            if not _is_of_another(text, start, cue, named=named):
                claim = venue_claim(named, text, (begin, until), names=names)
                awards = dict.fromkeys((*awards_in(cue[0]), *claim.awards))
                yield replace(claim, start=cue.start(), awards=tuple(awards))
            begin = named.tail.end
    for found in wording.CUE_IN_CHINESE.finditer(text, start, end):
        if within := names.at(text[: found.end("name")], found.start("name")):
            yield venue_claim(within, text, found.span("name"), names=names)


def _alone(text: str, start: int, end: int, *, names: VenueNames) -> Iterator[StatedVenue]:
    """Yield a venue that stands alone in the sentence, with its year, an award or "accepted"."""
    if lookup_tables().not_alone.search(text) or lookup_tables().submission.search(text):
        return
    for at in _starts(text, start, end):
        is_volume = wording.PROCEEDINGS.match(text, at, end) is not None
        named = _named_behind(text[:end], at, names, is_alone=True)
        if named is None or lookup_tables().another_version.search(text, 0, at):
            continue
        claim = venue_claim(named, text, (at, end), names=names)
        if is_volume or claim.year or claim.awards or named.tail.is_accepted:
            yield replace(claim, is_alone=not is_volume)
            return


def _starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the start of the sentence, and of its parts behind counts of pages and the like."""
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
    host = _conference_in(text, start, names)
    return _workshop_of(host) if host else named


def _conference_in(text: str, start: int, names: VenueNames) -> Named | None:
    return next((named for named in names.known_in(text, start) if not named.is_journal), None)


def _workshop_of(host: Named) -> Named:
    return replace(host, tail=replace(host.tail, track=WORKSHOP))


def _is_of_another(text: str, start: int, cue: re.Match[str], *, named: Named) -> bool:
    """Whether the sentence that begins at `start` says of another work what the cue says."""
    before = text[start : cue.start()]
    part = re.split(r"[,(]", before)[-1]
    if lookup_tables().another_thing.search(before) or lookup_tables().part_of_work.search(part):
        return True
    if lookup_tables().condition.search(part) or lookup_tables().submission.search(part):
        return True
    if lookup_tables().journal_version.search(part) and named.is_journal:
        return False
    # A journal prints extended versions of conference papers: "extends our CVPR paper, accepted to
    # TPAMI" speaks of this work. So only the words just before the journal count.
    earlier = part if named.is_journal else text[: cue.start()]
    return lookup_tables().another_version.search(earlier) is not None


def _read_journal_ref(journal_ref: str, names: VenueNames) -> StatedVenue:
    """Return where the work appeared, read from its journal reference: the first of several."""
    masked = wording.masked(journal_ref)
    text = masked.split(";")[0].rstrip()
    if lookup_tables().submission.search(text) or lookup_tables().withdrawn.search(text):
        return StatedVenue()
    named = _named_in_reference(text, names)
    if named is None:
        return _by_form(text, names)
    claim = venue_claim(named, text, (0, len(text)), names=names)
    whole = replace(
        claim,
        end=len(text),
        year=claim.year or _only_year(text, names.submitted),
        pages=cited(text[named.end :], names.submitted).pages,
    )
    return weighed((whole,), "journal_ref", journal_ref)


def _named_in_reference(text: str, names: VenueNames) -> Named | None:
    start = len(text) - len(text.lstrip())
    named = names.known_behind_leads(text, start)
    if wording.WORKSHOP.search(text) and not (named and named.is_journal):
        host = named or _conference_in(text, start, names)
        return _workshop_of(host) if host else names.at(text, start)
    return named


def _only_year(text: str, submitted: str) -> str:
    """Return the year that `text` names, "" if it names none or several."""
    years = {four_digits(found, submitted) for found in _YEAR.findall(text)} - {""}
    return years.pop() if len(years) == 1 else ""


def _by_form(text: str, names: VenueNames) -> StatedVenue:
    """Read the name of an unknown journal or of proceedings: what stands before the numbers."""
    found = _NAME.match(text)
    if found is None or _NO_NAME.search(found["name"]) or wording.WORKSHOP.search(text):
        return StatedVenue()
    if any(True for _ in names.known_in(text, 0)):
        return StatedVenue()
    citation = cited(text[found.end("name") :], names.submitted)
    if not citation.volume and not citation.year:
        return StatedVenue()
    return StatedVenue(
        " ".join(found["name"].split()),
        citation.year,
        pages=citation.pages,
        said=f'journal_ref "{text.strip()}"',
    )


_YEAR = lazy_regex(r"(?<![\d:–-])(?:19|20)\d\d(?![\d–-])")
_NAME = lazy_regex(
    r"\s{0,3}(?:[Ii]n:? )?(?:[Tt]he )?(?P<name>[A-Z][^\d,;()]{2,120}?)"
    r"[\s,:]{0,3}(?=[\s(,.]\(?(?:[Vv]ol|\d)|,)"
)
_NO_NAME = lazy_regex(r"\barxiv\b|\bpreprint\b|\bPMLR\b|\bthesis\b|\bproceedings\b|\bLNCS\b", re.I)
