"""Which item a note is about, by what its properties and its name say.

A key counts where a property names an item, never in running text. Keys of attachments, of notes
and those that one database alone knows name no item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from zoterodigest import mapping
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.record import CITEKEY
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.slots import ItemKeys, Slot, decoded
from zoterodigest.regex import lazy_regex

_CAMEL = lazy_regex(r"(?<=[a-z])(?=[A-Z])")
_KEY = r"[0-9A-Z]{8}"
_BARE = lazy_regex(rf"({_KEY})(?:g(\d+))?")
"""A key as ZotLit has it: `KEYg123` is of group 123."""

_SELECT = lazy_regex(
    r"zotero://select/(?:library/|groups/(?P<group>\d+)/)?items/(?P<item>[^\s)\]>\"'?#]+)"
)
_OPEN = lazy_regex(
    rf"zotero://open(?:-pdf)?/(?:library/|groups/(?P<group>\d+)/)?items/(?:[01]_)?(?P<key>{_KEY})\b"
)
_PAGE = lazy_regex(
    r"https?://(?:www\.)?zotero\.org/"
    rf"(?:groups/(?P<group>\d+)(?:/[^/\s]+)?|users/(?:local/)?[^/\s]+|[^/\s]+)/items/(?P<item>{_KEY})\b"
)
_LOCAL = lazy_regex(rf"(\d+)_({_KEY})")
_OF_ZOTERO = lazy_regex(r"zotero://|https?://(?:www\.)?zotero\.org/", re.I)
_CITED = lazy_regex(r"\[?\[?@?([^\s@\[\]{}|,;#^]+)(?:\|[^\[\]]*)?\]?\]?")
_NAMED = lazy_regex(r"(?:R[:_] ?|R%3A ?)?@([^\s@]+)")
_STYLED = lazy_regex(r"[^\W\d_](?:[-']?[^\W\d])*(?:19|20)\d\d[^\W\d]*(?:[-_:][\w]+)?")
"""A file's name that is like a citation key, and like little else: `vaswani2017attention`.

No repetition stands within another one of the same letters: that took forever on long names.
"""

_SEVERAL = lazy_regex(r"[,;]")
"""What parts citation keys in one text; no key holds it."""

Properties = Iterable[tuple[str, tuple[str, ...]]]
"""Keys as written, each with its texts."""


def is_of_zotero(text: str) -> bool:
    """Tell whether a text holds an address in Zotero, also of zotero.org."""
    return bool(_OF_ZOTERO.search(text))


def identity_kind(key: str) -> str | None:
    """Return what a property names: `citation_key`, `zotero` for an item, or None."""
    table = mapping.key_table().identity
    return table.get(folded_key(key)) or table.get(folded_key(in_words(key)))


def in_words(key: str) -> str:
    """Return a key with blanks between its words: `publicationTitle` is `publication Title`."""
    return _CAMEL.sub(" ", key)


def stated_keys(properties: Properties) -> tuple[str, ...]:
    """Return the citation keys that properties name, each once; several are of several papers."""
    found: list[str] = []
    for key, texts in properties:
        named = identity_kind(key) == "citation_key"
        parts = [part for text in texts for part in (_SEVERAL.split(text) if named else [text])]
        for bare in map(str.strip, parts):
            # An alias counts if it says that it is one.
            is_alias = folded_key(key) in ("alias", "aliases", "title") and bare[:1] == "@"
            if (named or is_alias) and (match := _CITED.fullmatch(bare)):
                found.append(unquote(match[1]) if "%" in match[1] else match[1])
    return tuple(dict.fromkeys(found))


def citation_key_slot(named: Iterable[tuple[str, LayeredText]]) -> Iterator[Slot]:
    """Yield the slot of the citation key that properties hold, without `@` and brackets.

    Of several keys nobody knows which one is to follow the item.
    """
    held = [*named]
    stated = stated_keys((key, (decoded(text.data),)) for key, text in held)
    if len(held) == len(stated) == 1:
        text, key = held[0][1], stated[0].encode()
        if (start := text.data.find(key)) >= 0:  # `%20` is read as a blank
            yield Slot(CITEKEY, text.slice(start, start + len(key)))


def item_keys(properties: Properties, name: str) -> ItemKeys:
    """Return the keys of its item that a note states; a file `@key.md` states one by its name."""
    held = [(key, texts) for key, texts in properties]
    items: list[str] = []
    opened: list[str] = []
    cited = list(stated_keys(held))
    for key, texts in held:
        kind = identity_kind(key)
        for text in texts:
            item, citation = item_in(text)
            if kind == "zotero" and (found := _OPEN.search(text)):
                opened.append(_in_group(found["key"], found["group"]))
            if item is None and kind == "zotero" and (bare := _BARE.fullmatch(text.strip())):
                item = _in_group(bare[1], bare[2])
            items += [item] if item else []
            cited += [citation] if citation else []
    cited += [key] if (key := key_in_name(name) or styled_name(name)) else []
    return ItemKeys(*(next(iter(one), "") for one in (items, cited, opened)))


def _in_group(key: str, group: str | None) -> str:
    return f"groups/{group}/{key}" if group else key


def item_in(text: str) -> tuple[str | None, str | None]:
    """Return the key of the item to which a text leads, and its citation key, as far as named.

    An address of an open PDF is its attachment's, a number before a key that of a local library.
    """
    found = _SELECT.search(text) or _PAGE.search(text)
    if found is None:
        return None, None
    item = unquote(found["item"])
    if item.startswith("@"):
        return None, item[1:]
    if local := _LOCAL.fullmatch(item):
        # Zotero's own library had the number 0, in newer versions 1; others are known locally.
        return (local[2], None) if local[1] in ("0", "1") else (None, None)
    if not re.fullmatch(_KEY, item):
        return None, None
    return _in_group(item, found["group"]), None


def key_in_name(name: str) -> str:
    """Return the citation key that a file is called by: `@key.md`, `@key more.md`; "" for none."""
    found = _NAMED.match(_stem(name))
    return found[1] if found else ""


def styled_name(name: str) -> str:
    """Return the name of a file that is like a citation key; "" if it is not."""
    stem = _stem(name).removesuffix("-zotero")
    return stem if is_like_key(stem) else ""


def is_like_key(text: str) -> bool:
    """Tell whether a text is like a citation key and like little else."""
    return bool(_STYLED.fullmatch(text))


def _stem(name: str) -> str:
    bare = re.sub(r"\.(?:md|markdown|qmd|txt)$", "", name.rsplit("/", 1)[-1], flags=re.I)
    # macOS gives names with their accents apart.
    return unicodedata.normalize("NFC", bare)
