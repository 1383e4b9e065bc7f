"""Values in JSON and XML of other services, made plain: text on one line.

Answers of other services are hostile input: no function here raises, and none passes a control
character on.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

from zoterodigest.core.values.identity import identifier_of
from zoterodigest.regex import lazy_regex

Json = object
"""What `read_json` returns: every reader looks at its type before it uses it."""

_LONGEST = 20_000


def line(value: Json) -> str:
    """Return a text or whole number on one line without what cannot be seen; "" for the rest."""
    # A number of thousands of digits would take long to write out.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**15 else ""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNSEEN.sub("", _CONTROL.sub(" ", value[:_LONGEST])).split())


def title(value: Json) -> str:
    """Return a title on one line: entities decoded, tags dropped but those that Zotero shows."""
    # Twice: some titles were escaped once more ("&amp;amp;") on their way into an index.
    text = html.unescape(html.unescape(line(value)))
    return line(_TAG.sub(lambda found: found[0] if _SHOWN.fullmatch(found[0]) else "", text))


def first(value: Json) -> Json:
    """Return the first of a list, or what is no list as it is; None for an empty list."""
    if not isinstance(value, list):
        return value
    return value[0] if value else None


def each(value: Json) -> Sequence[Json]:
    """Return the members of a list; what is no list is its only member, None has none."""
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def inside(value: Json, *keys: str) -> Json:
    """Return the value under `keys`, one within the other; None if there is none."""
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def people(names: Iterator[str]) -> tuple[str, ...]:
    """Return the names that are not empty, at most as many as any paper ever had."""
    found = tuple(name for name in names if name)
    return found[:_MOST_AUTHORS]


def year(value: Json) -> str:
    """Return a year that is given as a number or as text, "" for any other value."""
    found = _YEAR.fullmatch(line(value))
    return found[0] if found else ""


def pages(value: Json) -> str:
    """Return pages with one hyphen in a range; "" for what says nothing (`n/a`)."""
    text = _DASHES.sub("-", line(value)).replace(" - ", "-")
    return "" if text.lower() in ("n/a", "na", "-") else text[:60]


def doi(value: Json) -> str:
    """Return the first DOI in a text, without address and prefix, its case unchanged.

    "" also for the DOIs that arXiv gives its own papers: they are of no published version.
    """
    found = _DOI.search(line(value))
    text = found[0].rstrip(".,;") if found else ""
    known = identifier_of(text)
    return text if known is not None and known.scheme == "doi" else ""


def arxiv_id(value: Json) -> str:
    """Return the id, in canonical form, of a text or address that names a paper of arXiv, or ""."""
    found = identifier_of(line(value))
    return found.value if found is not None and found.scheme == "arxiv" else ""


def web_address(value: Json) -> str:
    """Return a web address, "" for any other value."""
    text = line(value)
    return text if _ADDRESS.fullmatch(text) else ""


_MOST_AUTHORS = 6_000  # the longest lists, of CERN's papers, have some 5,000 names
_CONTROL = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSEEN = lazy_regex(
    "[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TAG = lazy_regex(r"</?[A-Za-z][\w:.-]{0,30}(?:\s[^<>]{0,300})?/?>")
_SHOWN = lazy_regex(r"</?(?:i|b|sub|sup)>")
_YEAR = lazy_regex(r"(?:1[5-9]|20)\d\d")
_DASHES = lazy_regex("[-\u2010-\u2015\u2212]{1,3}")
_DOI = lazy_regex(r"10\.\d{4,9}/[^\s\"<>]{1,200}")
_ADDRESS = lazy_regex(r"https?://[^\s\"<>\\^`{|}]{1,2000}")
