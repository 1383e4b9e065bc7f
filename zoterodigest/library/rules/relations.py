"""Relations of items and collections: which ones zotero.org takes, and what they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from zoterodigest.library.address import is_built_in, is_group, is_personal
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.rules.values import clean_text, require
from zoterodigest.regex import lazy_regex

RELATED = "dc:relation"
"""Related items: the one relation that zotero.org keeps both ways."""

REPLACES = "dc:replaces"
"""Items that were merged into this one."""

_MENDELEY = ("documentUUID", "remoteDocumentUUID", "fileHash", "annotationUUID", "notebookUUID")
_OF_RELATED = ("relatedDocumentUUID", "relatedRemoteDocumentUUID", "relatedFileHash")
_EXTERNAL = {
    "items": {f"mendeleyDB:{name}" for name in (*_MENDELEY, *_OF_RELATED)},
    "collections": {"mendeleyDB:remoteFolderUUID"},
}
_TO_OBJECTS = {"items": {"owl:sameAs", REPLACES, RELATED}, "collections": {"owl:sameAs"}}
# A library without an account is `users/local/NAME` in the relations that Zotero itself makes.
_URI = lazy_regex(
    r"(http://zotero\.org/(?:(?:users|groups)/[0-9]+|users/local/[^/\s]+)/(?:publications/)?"
    r"(items|collections)/)([A-Z0-9]{8})"
)
_ITEM = lazy_regex(r"(https?://zotero\.org/(?:users|groups)/[^\s]+)/items/([A-Z0-9]{8})")
_NO_HOME = "http://zotero.org/users/local/0"
_LOCAL_HOME = lazy_regex(r"http://zotero\.org/users/local/\w+(?=/items/)", re.ASCII)


def uri_of(identity: str) -> str:
    """Return the URI of a library, which relations begin with; "" if nobody knows it."""
    kind, _, name = identity.partition(":")
    if is_personal(identity) or is_group(identity):
        return f"http://zotero.org/{kind}s/{name.partition('@')[0]}"
    return f"http://zotero.org/users/local/{name}" if is_built_in(identity) else ""


def local_uri(uris: Iterable[str]) -> str:
    """Return the URI of a Zotero without an account, as its own relations tell it.

    Nothing else does. By another one Zotero finds the item here, but not what replaces it in a
    document that cites it, and it corrects only its own when the person signs in.
    """
    homes = {found[0] for uri in uris if (found := _LOCAL_HOME.match(uri))} - {_NO_HOME}
    return homes.pop() if len(homes) == 1 else _NO_HOME


def item_named(uri: str) -> tuple[str, str] | None:
    """Return the URI of the library and the key of an item; None if `uri` names no item."""
    found = _ITEM.fullmatch(uri)
    return (found[1], found[2]) if found else None


def relations_of(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the URIs that an object names, by the kind of relation."""
    return {name: list(uris) for name, uris in ItemJson(data).relations.items()}


def relations(value: Any, kind: Literal["items", "collections"] = "items") -> dict[str, Any]:
    """Return relations as stored: one address as text, several as a sorted list.

    An empty list is as good as none. Raises `NotAccepted`.
    """
    if isinstance(value, list | tuple) and not value:
        return {}
    require(isinstance(value, Mapping), "'relations' property must be an object")
    stored: dict[str, Any] = {}
    for predicate, given in value.items():
        is_known = predicate in _TO_OBJECTS[kind] | _EXTERNAL[kind]
        require(is_known, f"Unsupported predicate {str(predicate)[:50]!r}")
        targets = _targets(given)
        if predicate in _TO_OBJECTS[kind]:
            said = f"'relations' values currently must be Zotero {kind.removesuffix('s')} URIs"
            for target in targets:
                found = _URI.fullmatch(target)
                require(found and found[2] == kind, said)
        if targets:
            stored[predicate] = targets if len(targets) > 1 else targets[0]
    return stored


def related(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the related items of an item: the address of their library, and the key."""
    for target in _targets((data.get("relations") or {}).get(RELATED)):
        if found := _URI.fullmatch(target):
            yield found[1], found[3]


def with_related(data: Mapping[str, Any], uri: str) -> dict[str, Any]:
    """Return an item's `data` with `uri` among its related items."""
    return _with_targets(data, [*_targets(data["relations"].get(RELATED)), uri])


def without_related(data: Mapping[str, Any], uri: str) -> dict[str, Any]:
    """Return an item's `data` without `uri` among its related items."""
    kept = [target for target in _targets(data["relations"].get(RELATED)) if target != uri]
    return _with_targets(data, kept)


def _with_targets(data: Mapping[str, Any], targets: list[str]) -> dict[str, Any]:
    return {**data, "relations": relations({**data["relations"], RELATED: targets})}


def _targets(value: Any) -> list[str]:
    given = value if isinstance(value, list | tuple) else [value]
    return sorted({clean_text(target, "relations") for target in given} - {""})
