"""Values in the form in which they are compared, and an item's value as an entry shows it.

Two values are *in sync* when their canonical forms are equal. A canonical form folds what no person
would call an edit (case and quotes of a title, the spelling of a venue or task).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from zoterodigest.core.values.blocks import without_spelling
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.identity import canonical_title
from zoterodigest.core.values.names import full_name, same_name, split_name
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Empty,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
    people_of,
)
from zoterodigest.core.values.respelled import is_respelled
from zoterodigest.core.values.short_names import as_written, made_whole, made_whole_if_certain
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _never(text: str) -> bool:
    return False


def _folded_member(name: str, text: str) -> str:
    return _folded(text)


@dataclass(frozen=True, slots=True)
class Folding:
    """How spellings are recognised as one: given by the tables of venues and tags.

    `venue` returns one text for all spellings of a venue, `title` for all of a title; `member`
    takes a field's name and a member of it. Without tables case and blanks are folded.
    `is_server` tells of a venue whether it is a preprint server. An entry that names one says
    nothing about where the work of an item appeared that has no venue: the two are in sync. (A
    preprint carries no venue until it names its server, so such an item is no preprint.)
    """

    venue: Callable[[str], str] = _folded
    title: Callable[[str], str] = canonical_title
    member: Callable[[str, str], str] = _folded_member
    is_server: Callable[[str], bool] = _never

    def of_new_items(self) -> Folding:
        """Return it for an item that is to hold all that its entries name, a server too."""
        return replace(self, is_server=_never)


def canonical(name: str, value: Value, folding: Folding) -> Value:
    """Return the form of `value` in which two values of the field `name` are compared.

    A text of which nothing is compared, such as a title of one brace, is as good as none.
    """
    if is_empty(value):
        return EMPTY
    match value:
        case str():
            return _canonical_text(name, value, folding) or EMPTY
        case Names(people, truncated):
            return Names(tuple(map(_one_form, people)), truncated)
        case Members(texts):
            return Members(tuple(dict.fromkeys(folding.member(name, text) for text in texts)))
        case WebLinks(hyperlinks):
            folded = (
                replace(link, label=_folded(link.label), url=_canonical_url(link.url))
                for link in hyperlinks
            )
            return WebLinks(tuple(dict.fromkeys(folded)))
        case Blocks() | Empty():
            return value


def equal(name: str, at_entry: Value, at_item: Value, folding: Folding) -> bool:
    """Tell whether the ends are in sync: the entry shows the item's value, up to spelling."""
    # A preprint server in the entry says nothing of where the work appeared (`Folding`).
    if name == "venue" and is_empty(at_item) and isinstance(at_entry, str):
        return is_empty(at_entry) or folding.is_server(at_entry)
    shown = canonical_as_shown(name, at_entry, at_item, folding)
    return canonical(name, at_entry, folding) == shown


def as_shown(name: str, at_entry: Value, at_item: Value, folding: Folding) -> Value:
    """Return the item's value as the entry would show it.

    Authors are cut as in the entry, and short where its digest writes short names. A date is cut to
    the length of the entry's, and a year is taken from a date. If only the spelling differs, the
    entry's spelling stays.
    """
    if equal(name, at_entry, at_item, folding):
        return at_entry
    return _cut(name, at_entry, at_item)


def canonical_as_shown(name: str, at_entry: Value, at_item: Value, folding: Folding) -> Value:
    """Return the canonical form of the item's value as the entry would show it."""
    return canonical(name, _cut(name, at_entry, at_item), folding)


def for_item(at_entry: Value, at_item: Value, named: int | None = None) -> Value:
    """Return what the item is to hold so that the entry's value is shown by it.

    The authors hidden behind an entry's "et al." stay; "et al." itself is no author. Whoever an
    entry names in short keeps the whole name. `named` is how many of the item's authors the entry
    named before its edit: all others were hidden, and stay so. If that is not known, whoever the
    entry does not name stays.
    """
    if not isinstance(at_entry, Names) or not (at_entry.truncated or at_entry.are_short):
        return at_entry
    held, people = people_of(at_item), at_entry.people
    if at_entry.are_short:
        people = made_whole(at_entry, held) or made_whole_if_certain(people, held)
    return Names(people + _hidden(people, held, named) if at_entry.truncated else people)


def is_doubtful(at_entry: Value, at_item: Value) -> bool:
    """Tell whether a short name of the entry may be either of two people of the item."""
    if not (isinstance(at_entry, Names) and at_entry.are_short and isinstance(at_item, Names)):
        return False
    return made_whole(at_entry, at_item.people) is None


def links_as_shown(entry: Fields, item: Fields) -> Value:
    """Return the item's links as the entry would show them.

    A link to the page that the entry shows as its own is left out. Where the entry shows the item's
    `url` among its links, the item is taken to have that link.
    """
    links, page = item["links"], _page(entry.get("url"))
    if page:
        return as_links(link for link in hyperlinks_in(links) if _page(link.url) != page)
    return as_links((*hyperlinks_in(links), *_implied(entry.get("links", EMPTY), item)))


def links_as_held(links: Value, entry: Fields, item: Fields) -> Value:
    """Return what the item is to hold so that `links_as_shown` gives `links`."""
    if page := _page(entry.get("url")):
        hidden = (link for link in hyperlinks_in(item["links"]) if _page(link.url) == page)
        return as_links((*hyperlinks_in(links), *hidden))
    implied = _implied(links, item)
    return as_links(link for link in hyperlinks_in(links) if link not in implied)


def _implied(links: Value, item: Fields) -> list[Hyperlink]:
    """Return those of `links` that the item's `url` alone stands for."""
    page = _page(item.get("url"))
    if not page or any(_page(link.url) == page for link in hyperlinks_in(item["links"])):
        return []
    return [link for link in hyperlinks_in(links) if _page(link.url) == page]


def _page(url: Value | None) -> str:
    """Return what two spellings of one address have in common."""
    return unquote(_canonical_url(url)) if isinstance(url, str) else ""


def hyperlinks_in(value: Value) -> tuple[Hyperlink, ...]:
    """Return the links of a value, if it has any."""
    return value.hyperlinks if isinstance(value, WebLinks) else ()


def as_links(links: Iterable[Hyperlink]) -> Value:
    """Return the value that has these links; none are EMPTY."""
    found = tuple(links)
    return WebLinks(found) if found else EMPTY


def _cut(name: str, at_entry: Value, at_item: Value) -> Value:
    match at_entry, at_item:
        case Names(people=(_, *_) as people, are_short=are_short), Names(held):
            cut = held[: len(people)] if at_entry.truncated else held
            return Names(as_written(cut, people) if are_short else cut, at_entry.truncated)
        case str(), str() if name == "year" and at_entry and is_iso(at_item):
            return at_item[:4]
        case str(), str() if name == "date" and is_iso(at_entry) and is_iso(at_item):
            return at_item[: len(at_entry)]
        case _:
            return at_item


def _hidden(shown: tuple[str, ...], held: tuple[str, ...], named: int | None) -> tuple[str, ...]:
    """Return the item's people who stand behind the last one that the entry names."""
    if named is None:
        return _not_named(shown, held)
    # Who is named no more, as the entry is cut earlier, stands behind its "et al." now.
    if len(shown) >= named:
        return tuple(it for it in held[named:] if not any(same_name(it, one) for one in shown))
    for back, person in enumerate(reversed(shown)):
        for place, other in enumerate(held):
            if same_name(person, other):
                return held[place + 1 + back :]
    return held[len(shown) :]


def _not_named(shown: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    """Return the item's people whom the entry does not name. It is not known whom it named before.

    Another name in a person's place may be somebody new. It counts as that person only if it is
    their name in another spelling.
    """
    return tuple(
        person
        for place, person in enumerate(held)
        if not any(same_name(person, one) for one in shown)
        and not any(is_respelled(person, one, held) for one in shown[place : place + 1])
    )


def canonical_pages(text: str) -> str:
    """Return page numbers with one hyphen in a range, for any dash and blanks."""
    return _DASHES.sub("-", " ".join(unicodedata.normalize("NFC", text).split()))


_DASHES = lazy_regex(r" ?[-‐‑‒–—―−]+ ?")


@lru_cache(maxsize=50_000)
def _one_form(person: str) -> str:
    return full_name(split_name(person)).translate(_STRAIGHT)


_STRAIGHT = str.maketrans("“”„‘’", '"""\'\'')


def _canonical_text(name: str, text: str, folding: Folding) -> str:
    match name:
        case "title" | "short_title":
            return folding.title(text)
        case "venue":
            return folding.venue(text)
        case "doi":
            return text.strip().lower()
        case "url":
            return _canonical_url(text)
        case "pages":
            return canonical_pages(text)
        case "abstract" | "comment":
            # What a formatter of Markdown changes in a table's cell, see test_formatters.py.
            plain = without_spelling(unicodedata.normalize("NFC", text))
            return " ".join(plain.replace("|", " | ").split())
        case _:
            return " ".join(unicodedata.normalize("NFC", text).split())


def _canonical_url(url: str) -> str:
    # One slash only: `/a` and `/a/` are one page, `/a//` need not be the same.
    return url.strip().removesuffix("/").replace("http://", "https://", 1)
