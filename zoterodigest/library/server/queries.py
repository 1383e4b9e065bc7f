"""What a listing is asked for, read from a request's parameters and judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from zoterodigest.library.rules import is_key
from zoterodigest.library.server.messages import Rejected, Request, number

PAGE = 25
MAX_PAGE = 100
"""Objects of a page: by default and at most (versions and keys are unlimited)."""

_NEWEST_FIRST = frozenset({"dateAdded", "dateModified", "date", "accessDate"})
_SORTS = frozenset(
    {"title", "creator", "itemType", "date", "publisher", "publicationTitle", "numItems", "extra"}
    | {"journalAbbreviation", "language", "accessDate", "libraryCatalog", "callNumber", "rights"}
    | {"dateAdded", "dateModified", "itemKeyList", "collectionKeyList", "addedBy"}
)
_WORDS = re.compile(r'"([^"]*)"|(\S+)')


class Format(Enum):
    """How objects are shown."""

    JSON = "json"
    VERSIONS = "versions"
    KEYS = "keys"
    BIBTEX = "bibtex"
    CSLJSON = "csljson"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of `values` must be there, or none of them."""

    values: frozenset[str]
    is_negated: bool = False

    def holds(self, found: Iterable[str]) -> bool:
        """Tell whether `found` is as asked."""
        return self.values.isdisjoint(found) == self.is_negated


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects are asked for, in which order, and how they are shown.

    `limit` None is no limit; `keys` None asks for any key.
    """

    format: Format
    include: frozenset[str]
    since: int
    start: int
    limit: int | None
    sort: str
    is_descending: bool
    words: tuple[str, ...]
    is_everywhere: bool
    tags: tuple[Condition, ...]
    item_types: tuple[Condition, ...]
    keys: tuple[str, ...] | None
    with_trashed: bool

    @property
    def matches_children(self) -> bool:
        """Whether a child that matches stands for its item in a list of items at the top."""
        return bool(self.words or self.tags or self.item_types or self.keys is not None)


def read_query(request: Request, *, keys_named: str = "itemKey") -> Query:
    """Return what a listing is asked for; raises `Rejected` for a parameter that is none."""
    form = _format(request)
    keys = _keys(request, keys_named)
    sort = request.parameter("sort") or request.parameter("order") or "dateModified"
    direction = request.parameter("direction")
    if sort in ("asc", "desc"):
        sort, direction = "dateModified", sort
    if sort not in _SORTS:
        raise Rejected(400, f"Invalid 'sort' value {sort[:40]!r}")
    if direction not in ("", "asc", "desc"):
        raise Rejected(400, f"Invalid 'direction' value {direction[:40]!r}")
    return Query(
        format=form,
        include=_include(request),
        since=_number(request, "since"),
        start=_number(request, "start"),
        limit=_limit(request, form, keys),
        sort=sort,
        is_descending=direction == "desc" or (not direction and sort in _NEWEST_FIRST),
        words=tuple(_words(request.parameter("q"))),
        is_everywhere=request.parameter("qmode").lower() == "everything",
        tags=tuple(_conditions(request.query, "tag")),
        item_types=tuple(_conditions(request.query, "itemType")),
        keys=keys,
        with_trashed=request.parameter("includeTrashed") not in ("", "0", "false"),
    )


def tag_names(request: Request) -> list[str]:
    """Return the tags a request names, one or several parted by bars."""
    return [name for text in request.query.get("tag", ()) for name in _alternatives(text)]


def _format(request: Request) -> Format:
    text = request.parameter("format", Format.JSON.value)
    if "content" in request.query:
        raise Rejected(400, "'content' belongs to Atom, which is not served")
    try:
        return Format(text)
    except ValueError as error:
        raise Rejected(400, f"Invalid 'format' value {text[:40]!r}") from error


def _include(request: Request) -> frozenset[str]:
    include = frozenset(request.parameter("include", "data").split(","))
    if unknown := sorted(include - {"data", "bibtex", "csljson"}):
        raise Rejected(400, f"Invalid 'include' value {unknown[0][:40]!r}")
    return include


def _number(request: Request, name: str) -> int:
    text = request.parameter(name, "0")
    return number(text, f"Invalid value for '{name}' parameter")


def _keys(request: Request, name: str) -> tuple[str, ...] | None:
    if name not in request.query:
        return None
    keys = tuple(request.parameter(name).strip(",").split(","))
    if not all(map(is_key, keys)):
        raise Rejected(400, f"Invalid '{name}' value")
    return keys


def _limit(request: Request, form: Format, keys: Sequence[str] | None) -> int | None:
    if keys is not None:
        return MAX_PAGE
    is_list = form in (Format.VERSIONS, Format.KEYS)
    text = request.parameter("limit")
    if not re.fullmatch(r"[0-9]{1,15}", text) or not int(text):
        return None if is_list else PAGE
    return int(text) if is_list else min(int(text), MAX_PAGE)


def _words(text: str) -> Iterable[str]:
    for phrase, word in _WORDS.findall(text):
        if found := (phrase or word).strip():
            yield found.casefold()


def _conditions(query: Mapping[str, Sequence[str]], name: str) -> Iterable[Condition]:
    for text in query.get(name, ()):
        is_negated = text.startswith("-")
        plain = text[1:] if is_negated or text.startswith("\\-") else text
        if values := frozenset(_alternatives(plain)):
            yield Condition(values, is_negated)


def _alternatives(text: str) -> list[str]:
    return [part.strip() for part in text.split(" || ") if part.strip()]
