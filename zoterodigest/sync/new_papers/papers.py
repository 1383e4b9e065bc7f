"""Papers on their way to a digest: what sources, or a bib entry, say of them, as a record's fields.

Pure; who is asked for them is `asking_for.py`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from zoterodigest.bibtex.reading import ARXIV, BibRecord
from zoterodigest.bibtex.tex.latex import decode
from zoterodigest.core.values.identity import (
    Identifier,
    doi_as_written,
    identifier_in,
    identifier_of,
)
from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
    text_in,
)
from zoterodigest.core.values.short_names import is_short_list
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.write.house_style import CODE, is_code
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.details import details_of
from zoterodigest.lookup.index_venues import index_venue
from zoterodigest.lookup.published_in import published_in
from zoterodigest.lookup.work import IndexedWork, Looked
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that is to become an entry: what was asked for by `name`, and the record of it.

    `version` (`v2`) is that of a paper of arXiv. `remarks` are for whoever asked. `citekey` and
    `details` are what its BibTeX says and no entry of a digest shows.
    """

    name: str
    fields: Fields
    version: str = ""
    remarks: tuple[str, ...] = ()
    citekey: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def identifiers(self) -> frozenset[Identifier]:
        """What tells which paper it is."""
        found = (_identifier(self.fields, scheme) for scheme in ("arxiv", "doi", "url"))
        return frozenset(it for it in found if it is not None)

    @property
    def title(self) -> str:
        """The title; "" for none."""
        return text_in(self.fields, "title")


def _identifier(fields: Fields, scheme: str) -> Identifier | None:
    value = fields.get(scheme)
    if not isinstance(value, str) or not value:
        return None
    return identifier_of(value) if scheme == "url" else identifier_in(scheme, value)


def looked_fields(looked: Looked, venues: VenueTable) -> dict[str, Value]:
    """Return what arXiv says of a paper, with the venue that its authors name, else arXiv's own."""
    reading = published_in(
        looked.comment, looked.journal_ref, submitted=looked.first, venues=venues
    )
    venue = (reading.venue, reading.year) if reading.venue else (ARXIV, looked.first[:4])
    links = (Hyperlink(CODE, url) for url in _code_in(looked.comment, looked.abstract))
    doi = identifier_of(looked.doi) if looked.doi else None
    return _filled(
        {
            "title": looked.title,
            "authors": Names(looked.authors),
            "venue": venue[0],
            "year": venue[1],
            "award": Members(reading.awards) if reading.venue else EMPTY,
            "date": looked.first,
            "categories": Members(looked.categories),
            "arxiv": looked.id,
            "doi": doi_as_written(doi.value, looked.doi) if doi and doi.scheme == "doi" else "",
            "links": WebLinks(tuple(links)),
            "comment": looked.comment,
            "abstract": looked.abstract,
        }
    )


def candidate_fields(candidate: IndexedWork, venues: VenueTable) -> dict[str, Value]:
    """Return what an index says of a work."""
    named = index_venue(candidate.venue, venues) if candidate.venue else None
    return _filled(
        {
            "title": candidate.title,
            "authors": Names(candidate.authors),
            "venue": named.name if named else "",
            "year": candidate.year,
            "pages": candidate.pages,
            "arxiv": candidate.arxiv,
            "doi": candidate.doi,
            "url": "" if candidate.doi or candidate.arxiv else candidate.url,
        }
    )


def bib_fields(record: BibRecord) -> dict[str, Value]:
    """Return what an entry of a .bib says of its work, its abstract too."""
    others = {name: decode(text) for name, text in record.others.items() if name in _TEXTS}
    fields = {**record.fields, "abstract": " ".join(others.get("abstract", "").split())}
    if fields.get("arxiv") and is_empty(fields.get("venue", EMPTY)):
        fields["venue"] = ARXIV
    return _filled(fields)


def bib_details(record: BibRecord) -> dict[str, str]:
    """Return what an entry of a .bib says that no entry of a digest shows."""
    date = record.fields.get("date")
    details = details_of(record.others)
    return details | {"date": date} if isinstance(date, str) and date else details


def unshown(paper: Paper, shown: Fields) -> dict[str, Value]:
    """Return what is known of `paper` and is not in its entry, which shows `shown`.

    Authors behind "et al." are not shown, and of short names the first names are not. A list of
    links that is there shows all it can.
    """
    own: dict[str, Value] = {**paper.fields, **({CITEKEY: paper.citekey} if paper.citekey else {})}
    left: dict[str, Value] = {}
    if own.get("venue", ARXIV) != ARXIV:
        own.pop("date", None)  # arXiv's first day is not that of the publication
    for name, value in own.items():
        there = shown.get(name, EMPTY)
        is_cut = isinstance(there, Names) and _shows_in_part(there) and there != value
        is_left_empty = is_empty(there) and not (name == "links" and "links" in shown)
        # A note states its citation key, and its item takes none from it.
        if is_cut or is_left_empty or name == CITEKEY:
            left[name] = value
    date = shown.get("date", EMPTY)
    if isinstance(date, str) and date[:4] == left.get("year"):
        del left["year"]
    return left


def _shows_in_part(people: Names) -> bool:
    return people.truncated or is_short_list(people.people)


def completed(fields: Fields, more: Fields) -> dict[str, Value]:
    """Return `fields` with what they lack out of `more`; venue, year and award come together."""
    is_own = not is_empty(fields.get("venue", EMPTY)) and fields["venue"] != ARXIV
    given = fields if is_own or "venue" not in more else more
    venue = {name: given[name] for name in _VENUE if name in given}
    others = {**more, **fields}
    return {name: value for name, value in others.items() if name not in _VENUE} | venue


_TEXTS = ("abstract",)
_VENUE = ("venue", "year", "award")
_ADDRESS = lazy_regex(r"https?://[^\s<>\"'`{}\[\]()|\\^]{4,300}")


def _filled(fields: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if not is_empty(value)}


def _code_in(*texts: str) -> list[str]:
    """Return the first address of code that stands in texts."""
    found = (url.rstrip(".,;:!?*_~") for text in texts for url in _ADDRESS.findall(text))
    return [url for url in found if is_code(url)][:1]
