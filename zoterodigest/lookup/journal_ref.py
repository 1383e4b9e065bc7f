"""The reader of arXiv's journal references: "Phys. Rev. Lett. 120, 145301 (2018)", "ICML 2020"."""

from __future__ import annotations

import re
from dataclasses import replace

from zoterodigest.lookup import wording
from zoterodigest.lookup.citation import cited
from zoterodigest.lookup.claims import claim_of, weighed
from zoterodigest.lookup.reading import Passage, Reading, Status, Where
from zoterodigest.lookup.venue_names import Named, VenueNames
from zoterodigest.lookup.venue_tail import Track
from zoterodigest.lookup.years import four_digits


def read_journal_ref(journal_ref: str, names: VenueNames) -> Reading:
    """Return where the work appeared, read from its journal reference: the first of several."""
    masked = wording.masked(journal_ref)
    text = masked.split(";")[0].rstrip()
    if wording.SUBMISSION.search(text) or wording.WITHDRAWN.search(text):
        return Reading(status=wording.status_without_venue(text))
    named = _named(text, names)
    if named is None:
        return _by_form(text, names)
    claim = claim_of(named, text, (0, len(text)), Status.PUBLISHED, names=names)
    whole = replace(
        claim,
        end=len(text),
        year=claim.year or _only_year(text, names.submitted),
        citation=cited(text[named.end :], names.submitted),
    )
    return weighed((whole,), journal_ref, Where.JOURNAL_REF) or Reading()


def _named(text: str, names: VenueNames) -> Named | None:
    start = len(text) - len(text.lstrip())
    named = names.known_behind_leads(text, start)
    if wording.WORKSHOP.search(text) and not (named and named.is_journal):
        host = named or next((n for n in names.known_in(text, start) if not n.is_journal), None)
        if host:
            return replace(host, tail=replace(host.tail, track=Track.WORKSHOP))
        return names.at(text, start)
    return named


def _only_year(text: str, submitted: str) -> str:
    """Return the year that `text` names, "" if it names none or several."""
    years = {four_digits(found, submitted) for found in _YEAR.findall(text)} - {""}
    return years.pop() if len(years) == 1 else ""


def _by_form(text: str, names: VenueNames) -> Reading:
    """Read the name of an unknown journal or of proceedings: what stands before the numbers."""
    found = _NAME.match(text)
    if found is None or _NO_NAME.search(found["name"]) or wording.WORKSHOP.search(text):
        return Reading()
    if any(True for _ in names.known_in(text, 0)):
        return Reading()
    citation = cited(text[found.end("name") :], names.submitted)
    if not citation.volume and not citation.year:
        return Reading()
    return Reading(
        " ".join(found["name"].split()),
        citation.year,
        status=Status.PUBLISHED,
        volume=citation.volume,
        number=citation.number,
        pages=citation.pages,
        passage=Passage(Where.JOURNAL_REF, 0, len(text), text),
    )


_YEAR = re.compile(r"(?<![\d:–-])(?:19|20)\d\d(?![\d–-])")
_NAME = re.compile(
    r"\s{0,3}(?:[Ii]n:? )?(?:[Tt]he )?(?P<name>[A-Z][^\d,;()]{2,120}?)"
    r"[\s,:]{0,3}(?=[\s(,.]\(?(?:[Vv]ol|\d)|,)"
)
_NO_NAME = re.compile(r"\barxiv\b|\bpreprint\b|\bPMLR\b|\bthesis\b|\bproceedings\b|\bLNCS\b", re.I)
