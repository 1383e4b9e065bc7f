"""What tells a work to a person in a row of `inspect`."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.cli.base.screen import visible
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Fields, text_in


def work_cells(title: str, identifiers: Iterable[Identifier], fields: Fields) -> tuple[str, ...]:
    """Return what tells a work to a person: its title, its identifier, its venue or date."""
    venue, year, date = (text_in(fields, name) for name in ("venue", "year", "date"))
    if date and venue.casefold() in ("", "arxiv"):
        when = date
    else:
        when = " ".join(filter(None, (venue, year))) or date
    # A page comes last: several works can share it. The value breaks ties of one scheme.
    known = min(identifiers, key=lambda it: (it.is_page, it.scheme, it.value), default=None)
    return visible(title) or "?", _identifier(known), visible(when)


def _identifier(known: Identifier | None) -> str:
    match known:
        case None:
            return "-"
        case Identifier("arxiv" | "doi", value):
            return visible(value)
        case Identifier("url", value):
            return visible(value.partition("://")[2] or value)
        case _:
            return visible(str(known))
