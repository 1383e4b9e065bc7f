"""How much a new entry says of what each paper has: as much as most of the entries around say.

A list without authors or abstracts stays one, and one that names months shows no days.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.record import EMPTY, SECTION, Fields, is_empty, text_in
from zoterodigest.digest.write.house_style import FEW, HouseStyle
from zoterodigest.digest.write.kept_orders import month_of_arxiv
from zoterodigest.digest.write.new_venue import is_arxiv
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass

_MONTH = len("2024-05")

_OF_ALL = ("authors", "abstract")
_OF_KIND = ("date", "year")
"""What depends on where a paper appeared: preprints may show a day, others the year of a venue."""


def without_seldom_shown(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` without what most entries around don't show."""
    hidden = seldom_shown(manner, fields)
    return {name: EMPTY if name in hidden else it for name, it in fields.items()}


def seldom_shown(manner: HouseStyle, fields: Fields) -> Collection[str]:
    """Return what each paper has and less than half of the entries around a new one show.

    One or two entries may lack authors and an abstract by chance.
    """
    around = manner.around if len(manner.around) >= FEW else ()
    alike = [it for it in manner.around if _kind(it) == _kind(fields)]
    if len(alike) < FEW:
        every = (it.reading.fields for it in manner.entries)
        alike = [it for it in every if _kind(it) == _kind(fields)]
    return [
        name
        for names, entries in ((_OF_ALL, around), (_OF_KIND, alike))
        for name in names
        if 2 * sum(_shows(name, it) for it in entries) < len(entries)
    ]


def _shows(name: str, fields: Fields) -> bool:
    names = ("abstract", f"{SECTION}Abstract") if name == "abstract" else (name,)
    return any(not is_empty(fields.get(it, EMPTY)) for it in names)


def _kind(fields: Fields) -> str:
    """Return "" for a paper without a venue, else whether it appeared at arXiv alone."""
    venue = text_in(fields, "venue")
    return venue and ("arxiv" if is_arxiv(venue) else "published")


@dataclass(frozen=True, slots=True)
class WayOfDates:
    """How the entries of a list write dates: so many signs, and whether as their arXiv ids say.

    A list of preprints and of papers that appeared since may say when each came to arXiv.
    """

    size: int
    are_of_arxiv: bool

    def like_others(self, fields: Fields) -> Fields:
        """Return `fields` with the date as the list would have it."""
        date = text_in(fields, "date")
        if not (self.size and is_iso(date)):
            return fields
        if self.are_of_arxiv and len(date) < _MONTH:
            date = month_of_arxiv(fields) or date
        return {**fields, "date": date[: self.size]}


def way_of_dates(entries: Sequence[Fields]) -> WayOfDates:
    """Return how most of `entries` that have a date write it."""
    dated = [(text_in(it, "date"), month_of_arxiv(it)) for it in entries]
    dated = [(date, month) for date, month in dated if is_iso(date)]
    size = usual(len(date) for date, _ in dated) or 0
    known = [date.startswith(month) for date, month in dated if month and len(date) >= _MONTH]
    return WayOfDates(size, size >= _MONTH and 2 * sum(known) > len(known))
