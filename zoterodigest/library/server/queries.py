"""What a listing is asked for, read from a request's parameters and judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from zoterodigest.frozen import dataclass
from zoterodigest.library.rules.schema import item_types
from zoterodigest.library.rules.values import is_key
from zoterodigest.library.server.messages import Rejected, Request, number
from zoterodigest.regex import lazy_regex

PAGE = 25
MAX_PAGE = 100
"""Objects of a page: by default and at most (versions and keys are unlimited)."""

_SORTS = frozenset(
    {"title", "creator", "itemType", "date", "publisher", "publicationTitle", "numItems", "extra"}
    | {"journalAbbreviation", "language", "accessDate", "libraryCatalog", "callNumber", "rights"}
    | {"dateAdded", "dateModified", "itemKeyList", "collectionKeyList", "addedBy"}
    | {"serverDateModified"}
)
_DIRECTIONS = ("asc", "desc")
_QMODES = frozenset({"", "titlecreatoryear", "everything"})
_TAG_QMODES = frozenset({"", "contains", "startswith"})
_WORDS = lazy_regex(r'"([^"]*)"|(\S+)')


class ResponseFormat(Enum):
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
        """Tell whether `found` is as asked; case and accents do not count."""
        return self.holds_folded(map(folded, found))

    def holds_folded(self, found: Iterable[str]) -> bool:
        """Tell whether texts that are `folded` already are as asked."""
        return self.values.isdisjoint(found) == self.is_negated


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects are asked for, in which order, and how they are shown.

    `limit` None is no limit; `keys` None asks for any key.
    """

    format: ResponseFormat
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
        """Whether a child that matches stands for its item in a list of items at the top.

        A tag or a version does not: those of the item itself count.
        """
        return bool(self.words or self.item_types or self.keys is not None)


@dataclass(frozen=True, slots=True)
class TagQuery:
    """Which tags are asked for: by their names and words, and by the items that carry them."""

    names: frozenset[str]
    types: tuple[Condition, ...]
    words: str
    is_from_start: bool
    items: Query


def read_query(request: Request, *, keys_named: str = "itemKey") -> Query:
    """Return what a listing is asked for; raises `Rejected` for an unknown parameter."""
    form = _format(request)
    keys = _keys(request, keys_named)
    sort, direction = _order(request)
    if sort == keys_named.replace("Key", "KeyList") and keys is None:
        raise Rejected(400, f"order={sort} requires the {keys_named} parameter")
    mode = _mode(request, _QMODES)
    return Query(
        format=form,
        include=_include(request),
        # `newer` is what older clients call `since` (measured on zotero.org).
        since=_number(request, "since" if "since" in request.query else "newer"),
        start=_number(request, "start"),
        limit=_limit(request, form, keys),
        sort=sort,
        is_descending=direction == "desc" or (not direction and sort.startswith("date")),
        words=_words(request.parameter("q")),
        is_everywhere=mode == "everything",
        tags=tuple(_conditions(request.query, "tag")),
        item_types=_item_types(request),
        keys=keys,
        with_trashed=request.parameter("includeTrashed") not in ("", "0", "false"),
    )


def read_tag_query(request: Request) -> TagQuery:
    """Return which tags are asked for; raises `Rejected` for an unknown parameter.

    The items that are to carry them are named by parameters of their own: `itemQ`, `itemTag`.
    """
    if len(request.query.get("tag", ())) > 1:
        raise Rejected(400, "Cannot specify 'tag' more than once")
    mode = _mode(request, _TAG_QMODES)
    given, names = request.query.items(), {"itemQ": "q", "itemQMode": "qmode", "itemTag": "tag"}
    of_items = {names[own]: list(held) for own, held in given if own in names}
    kept = {name: list(held) for name, held in given if name not in _OF_TAGS}
    items = replace(request, query={**kept, **of_items})
    return TagQuery(
        names=frozenset(map(folded, requested_tags(request))),
        types=tuple(_conditions(request.query, "tagType")),
        words=folded(request.parameter("q")),
        is_from_start=mode == "startswith",
        items=read_query(items),
    )


_OF_TAGS = frozenset({"q", "qmode", "tag", "tagType"})


def folded(text: str) -> str:
    """Return `text` as zotero.org compares it: without case and accents."""
    if text.isascii():
        return text.lower()  # nothing else is to be done: a tenth of the time
    # To look at each sign, and not only at those that may be an accent, takes twice as long.
    return _MAY_BE_ACCENT.sub(_kept, unicodedata.normalize("NFKD", text.casefold()))


_MAY_BE_ACCENT = lazy_regex("[^\x00-\u02ff]")


def _kept(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]


def _order(request: Request) -> tuple[str, str]:
    """Return by what and in which direction is sorted; older clients say `order` for `sort`."""
    sort, order = request.parameter("sort"), request.parameter("order")
    direction = request.parameter("direction")
    # Older clients send the field as `order` and the direction as `sort`.
    if order in _DIRECTIONS:
        direction = order
    elif order:
        sort, direction = order, sort if sort in _DIRECTIONS else direction
    if sort in _DIRECTIONS:
        sort, direction = "", sort
    sort = sort or "dateModified"
    _require_known("sort", sort, _SORTS)
    _require_known("direction", direction, ("", *_DIRECTIONS))
    return sort, direction


def _mode(request: Request, known: Container[str]) -> str:
    mode = request.parameter("qmode").lower()
    _require_known("qmode", mode, known)
    return mode


def _require_known(name: str, value: str, known: Container[str]) -> None:
    if value not in known:
        raise Rejected(400, f"Invalid '{name}' value {value[:40]!r}")


def _item_types(request: Request) -> tuple[Condition, ...]:
    found = tuple(_conditions(request.query, "itemType"))
    if len(found) > 1:
        raise Rejected(400, "Cannot specify 'itemType' more than once")
    known = {folded(name) for name in item_types()}
    for text in sorted(name for condition in found for name in condition.values - known):
        raise Rejected(400, f"Invalid itemType {text[:40]!r}")
    return found


def requested_tags(request: Request) -> list[str]:
    """Return the tags a request names, one or several parted by bars."""
    return [name for text in request.query.get("tag", ()) for name in _alternatives(text)]


def _format(request: Request) -> ResponseFormat:
    text = request.parameter("format", ResponseFormat.JSON.value)
    if "content" in request.query:
        raise Rejected(400, "'content' belongs to Atom, which is not served")
    _require_known("format", text, {one.value for one in ResponseFormat})
    return ResponseFormat(text)


def _include(request: Request) -> frozenset[str]:
    include = frozenset(request.parameter("include", "data").split(","))
    for name in sorted(include):
        _require_known("include", name, ("data", "bibtex", "csljson"))
    return include


def _number(request: Request, name: str) -> int:
    return number(request.parameter(name, "0"), f"Invalid value for '{name}' parameter")


def _keys(request: Request, name: str) -> tuple[str, ...] | None:
    if name not in request.query:
        return None
    # What is no key names nothing: zotero.org passes it over, and so do we if there is no other.
    return tuple(key for key in request.parameter(name).strip(",").split(",") if is_key(key))


def _limit(request: Request, form: ResponseFormat, keys: Sequence[str] | None) -> int | None:
    if keys is not None:
        return MAX_PAGE
    text = request.parameter("limit")
    given = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0
    if form in (ResponseFormat.VERSIONS, ResponseFormat.KEYS):
        return given or None
    return min(given or PAGE, MAX_PAGE)


def _words(text: str) -> tuple[str, ...]:
    found = ((phrase or word).strip() for phrase, word in _WORDS.findall(text))
    return tuple(folded(text) for text in found if text)


def _conditions(query: Mapping[str, Sequence[str]], name: str) -> Iterable[Condition]:
    for text in query.get(name, ()):
        is_negated = text.startswith("-")
        plain = text[1:] if is_negated or text.startswith("\\-") else text
        if values := frozenset(map(folded, _alternatives(plain))):
            yield Condition(values, is_negated)


def _alternatives(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s+\|\|\s+", text) if part.strip()]
