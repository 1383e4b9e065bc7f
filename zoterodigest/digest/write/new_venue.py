"""The venue of a new entry: in the form that most neighbors have that say as much of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from zoterodigest import mapping
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.record import EMPTY, Fields, text_in
from zoterodigest.core.values.venue_slot import VenueReading, parse_venue
from zoterodigest.digest.read.slots import one_line
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.values import venue_text, words_in
from zoterodigest.digest.write.votes import shape_of, usual
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_DIGITS = lazy_regex(r"\d+")
_PARTS = ("venue", "year", "award")


@dataclass(frozen=True, slots=True)
class _VenueSample:
    """A neighbor's venue: its text, what that says, and whether it stands in brackets."""

    text: str
    reading: VenueReading
    is_bracketed: bool

    @property
    def shape(self) -> str:
        """What most neighbors have alike: the text without its values."""
        text = self.text
        for part in filter(None, (self.reading.venue, self.reading.award)):
            text = text.replace(part, "\0")
        return shape_of(text)


_NONE = _VenueSample("", VenueReading(), is_bracketed=True)


def new_venue(fields: Fields, manner: HouseStyle, beside: Collection[str]) -> str:
    """Return the text of a venue's slot; "" if it says nothing.

    `beside` are the other slots of the entry: what has one of its own is not written here, too.
    """
    wanted = {name: words_in(fields, name) for name in _PARTS}
    date = words_in(fields, "date")
    date = date if is_iso(date) else ""  # beside a venue a date in words would be part of it
    if not any(wanted.values()) and not date:
        return ""
    samples = list(_samples(manner, "year" in beside, words_in(fields, "arxiv")))
    # A venue that no neighbor can show is written plainly.
    for sample in (*_most_alike_first(samples, wanted), _NONE):
        text, asked = _like(sample, wanted, date, beside)
        reading = parse_venue(one_line(text))
        if all(getattr(reading, name) == value for name, value in asked.items()):
            return text
    return ""


def with_venue_like_others(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` with the venue as those around spell it, and without what they leave out."""
    venue = words_in(fields, "venue")
    if is_arxiv(venue) and (found := _with_identifier(words_in(fields, "arxiv"), manner)):
        return {**fields, "venue": found}
    every = ((text_in(it, "venue"), text_in(it, "year")) for it in _readings(manner))
    # What has a number, such as "arXiv:2109.00526 [physics]", is the spelling of one paper's venue.
    others = [it for it in every if set(_DIGITS.findall(it[0])) <= set(_DIGITS.findall(venue))]
    same = [it for it, _ in others if it and _is_respelled(it, venue)]
    year = words_in(fields, "year")
    # NIPS became NeurIPS: what is as old as others has the name that they have. Older than the last
    # NIPS it was NIPS, but the first NeurIPS does not tell since when it was NeurIPS.
    named = [(it, other) for it, other in others if _is_renamed(it, venue)]
    then = [it for it, other in named if other == year]
    if not then and mapping.venue_table().canonical(venue) == venue:
        next_year = min((other for _, other in named if other > year), default="")
        then = [it for it, other in named if other == next_year]
    if venue and venue not in (then or same):
        fields = {**fields, "venue": usual(then) or usual(same) or venue}
    return without_server(fields, manner)


def _with_identifier(arxiv: str, manner: HouseStyle) -> str:
    """Return arXiv with a paper's id in its name, where most so have theirs: `arXiv 2401.00001`."""
    known = [(text_in(it, "venue"), text_in(it, "arxiv")) for it in _readings(manner)]
    named = [(venue, own) for venue, own in known if is_arxiv(venue)]
    found = usual(it.replace(own, arxiv) if own else it for it, own in named) or ""
    return found if arxiv and arxiv in found else ""


def _is_respelled(one: str, other: str) -> bool:
    """Tell whether two texts name a venue in two spellings, and not by two names it had."""
    return _letters(one) == _letters(other) or (" " in one + other and _is_renamed(one, other))


def _is_renamed(one: str, other: str) -> bool:
    table = mapping.venue_table()
    return bool(one) and table.canonical(one) == table.canonical(other)


def _readings(manner: HouseStyle) -> Iterator[Fields]:
    return (it.reading.fields for it in manner.entries)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def without_server(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` without a venue that is arXiv where most papers of arXiv show none."""
    if not is_arxiv(words_in(fields, "venue")) or not words_in(fields, "arxiv"):
        return fields
    named = [it for it in manner.around if is_arxiv(words_in(it, "venue"))]
    unnamed = [it for it in manner.around if words_in(it, "arxiv") and not words_in(it, "venue")]
    # Beside venues with years arXiv alone says too little to stand there.
    is_bare = not named and not words_in(fields, "year")
    if len(named) >= len(unnamed) and not is_bare:
        return fields
    return {**fields, "venue": EMPTY}


def _samples(manner: HouseStyle, has_year: bool, arxiv: str) -> Iterator[_VenueSample]:
    """Yield the venues around; without a year that the new entry shows beside."""
    source = manner.lines.source
    for entry, slot in manner.samples("venue"):
        is_shown_here = has_year and not any(it.name == "year" for it in entry.slots)
        own = text_in(entry.reading.fields, "arxiv")
        words = slot.words.replace(own, arxiv) if own and arxiv else slot.words
        text = venue_text(words, {"year": ""}) if is_shown_here else words
        is_bracketed = source[slot.span.start - 1 : slot.span.start] in (b"(", b"[")
        yield _VenueSample(text, parse_venue(one_line(text)), is_bracketed)


def _most_alike_first(samples: list[_VenueSample], wanted: Mapping[str, str]) -> list[_VenueSample]:
    """Return the samples that say as much first, of them those of the form that most have.

    If most show no date, one with a date serves for the same venue alone.
    """
    same = wanted["venue"].casefold()
    # arXiv's papers often have a day where those of conferences have a year.
    alike = [it for it in samples if is_arxiv(it.reading.venue) is is_arxiv(same)]
    are_dated = _are_dated(alike) or (_are_dated(alike) is None and bool(_are_dated(samples)))
    shapes = Counter(sample.shape for sample in samples)
    fitting = [
        it
        for it in samples
        if are_dated or not it.reading.date or it.reading.venue.casefold() == same or not same
    ]

    def unlikeness(sample: _VenueSample) -> tuple[int, bool, int, bool]:
        said = (bool(getattr(sample.reading, name)) is bool(wanted[name]) for name in _PARTS)
        is_dated = bool(sample.reading.date)
        is_other = sample.reading.venue.casefold() != same
        return -sum(said), is_dated is not are_dated, -shapes[sample.shape], is_other

    return sorted(fitting, key=unlikeness)


def _are_dated(samples: list[_VenueSample]) -> bool | None:
    """Whether most of the samples show a date; None if half of them do."""
    dated = sum(bool(it.reading.date) for it in samples)
    return None if 2 * dated == len(samples) else 2 * dated > len(samples)


def is_arxiv(venue: str) -> bool:
    """Tell whether a venue is arXiv, which says nothing of where a work appeared."""
    return "arxiv" in venue.casefold()


def _like(
    sample: _VenueSample, wanted: Mapping[str, str], date: str, beside: Collection[str]
) -> tuple[str, Mapping[str, str]]:
    """Return a venue like a sample, and what it is to say."""
    asked, shown = dict(wanted), sample.reading
    if "year" in beside and sample is not _NONE and not shown.year:
        asked["year"] = ""
    if "award" in beside and not shown.award:
        asked["award"] = ""
    # Only in place of a date: elsewhere it would be read as part of the name.
    if shown.date:
        asked["date"] = date
    if asked["award"] and not shown.award and not sample.is_bracketed:
        return f"{venue_text(sample.text, {**asked, 'award': ''})} ({asked['award']})", asked
    return venue_text(sample.text, asked), asked
