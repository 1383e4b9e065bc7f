"""Finding items of a library by what a person types: a key, an ID, an address, or words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

from zoterodigest.core.values.identity import match_title, typed_identifier
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.outline import TITLES
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import NotInLibrary
from zoterodigest.regex import lazy_regex

_ADDRESS_IN_ZOTERO = lazy_regex(r"^(?:zotero|https?)://.*/items/(\w{8})\b")
"""`zotero://select/library/items/KEY`, and the pages of items at zotero.org."""

_MOST = 10
"""How many of several items are listed."""


class SeveralItems(ZoterodigestError):
    """What a person typed may be any of several items, and nobody guesses which one is meant."""

    exit_code = 6

    def __init__(self, name: str, items: Sequence[LibraryItem]) -> None:
        super().__init__(f"{len(items)} items fit “{name}”", "Give the key of one of them.")
        self.items = tuple(items)
        self.choices = tuple(islice(map(_described, items), _MOST))


def item_meant(
    items: Sequence[LibraryItem], name: str, read_keys: Callable[[], Mapping[str, str]]
) -> LibraryItem:
    """Return the one item that a person means by `name`; raises `NotInLibrary`, `SeveralItems`.

    `read_keys` gives items by their citation keys, also by those that only a .bib has. As it takes
    long, it is only called for a name that nothing else has.
    """
    match items_meant(items, name):
        case (item,):
            return item
        case ():
            return _keyed(items, name, read_keys())
        case several:
            raise SeveralItems(name, several)


def _keyed(items: Sequence[LibraryItem], name: str, items_by_key: Mapping[str, str]) -> LibraryItem:
    named = _with_citekey(items, name, items_by_key)
    if len(named) > 1:
        raise SeveralItems(name, named)
    if not named:
        raise NotInLibrary(
            f"the library has no item {name.strip() or 'without a name'}",
            _advice(items, items_by_key, name),
        )
    return named[0]


def _with_citekey(
    items: Sequence[LibraryItem], name: str, items_by_key: Mapping[str, str]
) -> list[LibraryItem]:
    wanted = name.strip().removeprefix("@").casefold()
    keys = {item for key, item in items_by_key.items() if key.casefold() == wanted}
    return [one for one in items if one.key in keys]


def items_meant(items: Sequence[LibraryItem], name: str) -> tuple[LibraryItem, ...]:
    """Return the items that a person may mean by `name`, whatever its case.

    `name` is a key (also one of a note or in the trash), a citation key, an arXiv id, a DOI, an
    address of the work or of the item in Zotero, a title, or words of one.
    """
    # From the surest way to the least sure one: the first that finds an item counts.
    found: list[LibraryItem] = []
    for find in (_by_key, _by_citekey, _by_identifier, _by_title, _by_words):
        found = list(find(items, name.strip()))
        if found:
            break
    return tuple(sorted(found, key=lambda one: one.key))


def items_filtered(
    items: Sequence[LibraryItem],
    words: Iterable[str],
    read_keys: Callable[[], Mapping[str, str]] = dict,
) -> list[LibraryItem]:
    """Return the live items that each of `words` fits: it names the item, or begins a word of its
    title or of a creator's name. `read_keys` is that of `item_meant`.
    """
    left = [item for item in items if _is_live(item)]
    for name in words:
        named = [one for find in _SURE for one in find(items, name.strip())]
        keys, wanted = {one.key for one in named}, _words(name)
        fitting = [one for one in left if one.key in keys or _begin(wanted, _all_text(one))]
        left = fitting or (_with_citekey(left, name, read_keys()) if left else [])
    return left


def _begin(wanted: Sequence[str], text: str) -> bool:
    words = _words(text)
    return bool(wanted) and all(any(one.startswith(it) for one in words) for it in wanted)


def _by_key(items: Sequence[LibraryItem], name: str) -> Iterator[LibraryItem]:
    in_zotero = _ADDRESS_IN_ZOTERO.search(name)
    wanted = {name, name.upper(), in_zotero[1] if in_zotero else name}
    return (item for item in items if item.key in wanted)


def _by_citekey(items: Sequence[LibraryItem], name: str) -> Iterator[LibraryItem]:
    wanted = name.removeprefix("@")
    live = [item for item in items if _is_live(item)]
    exact = [item for item in live if item.json.stated_citekey == wanted]
    folded = wanted.casefold()
    same = (one for one in live if folded and one.json.stated_citekey.casefold() == folded)
    return iter(exact) if exact and wanted else same


def _by_identifier(items: Sequence[LibraryItem], name: str) -> Iterator[LibraryItem]:
    wanted = typed_identifier(name)
    live = (item for item in items if wanted and not item.is_trashed)
    # A link attachment names the work of its item.
    holders = {one.json.parent or one.key for one in live if wanted in one.json.identifiers}
    return (item for item in items if item.key in holders and _is_live(item))


def _by_title(items: Sequence[LibraryItem], name: str) -> Iterator[LibraryItem]:
    wanted = match_title(name)
    titled = (item for item in items if _is_live(item) and wanted)
    return (item for item in titled if match_title(_title(item)) == wanted)


def _by_words(items: Sequence[LibraryItem], name: str) -> Iterator[LibraryItem]:
    return (item for item in items if _is_live(item) and holds_words(_title(item), name))


def holds_words(title: str, name: str) -> bool:
    """Tell whether `title` has all words of `name`, in any order, case and with any accents."""
    wanted = set(_words(name))
    return bool(wanted) and wanted <= set(_words(title))


_SURE: tuple[Callable[[Sequence[LibraryItem], str], Iterator[LibraryItem]], ...] = (
    _by_key,
    _by_citekey,
    _by_identifier,
)


def _is_live(item: LibraryItem) -> bool:
    return not item.is_trashed and not item.json.parent


def _title(item: LibraryItem) -> str:
    return next(filter(None, map(item.json.text, TITLES)), "")


def _all_text(item: LibraryItem) -> str:
    return " ".join((_title(item), *(one.full_name for one in item.json.creators)))


def _words(text: str) -> tuple[str, ...]:
    """Return the words of `text` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = (one for one in decomposed if not unicodedata.combining(one))
    return tuple("".join(one if one.isalnum() else " " for one in bare).split())


def _described(item: LibraryItem) -> str:
    creators = item.json.creators
    first = (creators[0].last or creators[0].full_name) if creators else ""
    about = ", ".join(filter(None, (first, item.json.text("date"))))
    return f"{item.key}  {_title(item) or '(no title)'}" + (f" ({about})" if about else "")


_NEAR = 0.8


def _advice(items: Sequence[LibraryItem], citekeys: Iterable[str], name: str) -> str:
    live = [item for item in items if _is_live(item)]
    known = {key.casefold(): key for key in (*(item.key for item in live), *citekeys)}
    if close := get_close_matches(name.casefold(), known, n=1, cutoff=_NEAR):
        return f"Did you mean {known[close[0]]}?"
    if (words := _respelled(live, name)) and any(_by_words(live, words)):
        return f"Did you mean “{words}”?"
    return "`zoterodigest ls WORD` lists items by a word of their title or author, with their keys."


def _respelled(items: Sequence[LibraryItem], name: str) -> str:
    """Return `name` in words that titles have; "" if one of its words is like none of theirs."""
    known = {word for item in items for word in _words(_title(item))}
    near = [get_close_matches(word, known, n=1, cutoff=_NEAR) for word in _words(name)]
    return " ".join(close[0] for close in near) if all(near) else ""
