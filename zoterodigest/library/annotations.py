"""The annotations of items, from what a library lists and from what it answers by key.

What is not listed may be trashed, erased, or hidden, and an old Zotero lists none at all. Measured:
while an attachment or its item lies in the trash, the running Zotero lists none of its annotations,
with or without `includeTrashed`, and answers each by its key as if it were live. zotero.org goes on
listing them. Here both are read alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from zoterodigest.core.values.annotation import (
    DEFAULT_COLOR,
    USER_LIBRARY,
    Annotation,
    AnnotationAbsence,
    AnnotationType,
    ItemAnnotations,
)
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import group_id_of, library_in_links
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.regex import lazy_regex

KnownAnnotations = Mapping[str, str]
"""Annotations that were seen earlier: each key with that of its attachment then, "" if unknown."""

_TYPES = {kind.value: kind for kind in AnnotationType}
_PAGE_FIRST = lazy_regex(r'\{"pageIndex":(\d{1,9})[,}]')


class StoredObject(Protocol):
    """An object of a library: its key, and its JSON."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def data(self) -> Data:
        """Its JSON, without key and version."""


@dataclass(frozen=True, slots=True)
class AnnotationSource:
    """The library that annotations are read from.

    `fetch` finds objects by their keys. `lists_all` says that what the library does not list does
    not exist; whether another one lists annotations at all, only one that it lists shows.
    """

    identity: str
    fetch: Callable[[Sequence[str]], Iterable[StoredObject]]
    lists_all: bool


def read_annotations(
    asked: Mapping[str, KnownAnnotations], listed: Iterable[StoredObject], source: AnnotationSource
) -> dict[str, ItemAnnotations]:
    """Return the annotations of the items `asked` for, and what became of those known of each.

    `listed` is all that the library lists, trashed objects too. Only if some annotation is among
    them, and a known one is not, that one is asked for by its key.
    """
    listing = _ListedObjects({one.key: one for one in listed})
    # Asked of each object of a library, so without an `ItemJson` for each.
    objects = listing.objects.values()
    annotations = [one for one in objects if one.data.get("itemType") == "annotation"]
    library = library_in_links(group_id_of(source.identity))
    shown: dict[str, list[Annotation]] = {key: [] for key in asked}
    for one in annotations:
        item = listing.item_above(one)
        if item in shown and listing.absence(one) is None:
            shown[item].append(annotation_of(one.key, ItemJson(one.data), library))
    known = [(key, file) for keys in asked.values() for key, file in keys.items()]
    is_certain = source.lists_all or bool(annotations)
    # Where none is listed, no answer would make anything of them certain.
    unlisted = {key for key, file in known if is_certain and listing.is_unexplained(key, file)}
    answered = {one.key: one for one in source.fetch(sorted(unlisted))} if unlisted else {}
    after = _FateOfKnown(listing, answered, is_certain)
    return {item: _of_item(shown[item], asked[item], after) for item in asked}


def annotation_of(key: str, json: ItemJson, library: str = USER_LIBRARY) -> Annotation:
    """Return the annotation that the JSON of an object is, whatever of it is missing."""
    return Annotation(
        key,
        json.parent,
        library,
        _TYPES.get(json.text("annotationType"), AnnotationType.OTHER),
        json.text("annotationText"),
        json.text("annotationComment"),
        json.text("annotationColor") or DEFAULT_COLOR,
        json.text("annotationPageLabel"),
        _page(json.text("annotationPosition")),
        json.text("annotationSortIndex"),
        json.text("annotationAuthorName"),
        json.tags,
    )


@dataclass(frozen=True, slots=True)
class _ListedObjects:
    """What a library lists, by key."""

    objects: Mapping[str, StoredObject]

    def item_above(self, annotation: StoredObject) -> str:
        """Return the key of the item an annotation belongs to; a lone attachment is its own."""
        attachment = _parent(annotation)
        above = self.objects.get(attachment)
        return (_parent(above) if above else "") or attachment

    def is_hidden(self, attachment: str) -> bool:
        """Tell whether an attachment or its item lies in the trash."""
        file = self.objects.get(attachment)
        above = self.objects.get(_parent(file)) if file else None
        return any(one is not None and ItemJson(one.data).is_trashed for one in (file, above))

    def absence(self, annotation: StoredObject) -> AnnotationAbsence | None:
        """Return why an annotation is not to be shown; None if it is."""
        if ItemJson(annotation.data).is_trashed:
            return AnnotationAbsence.TRASHED
        if self.is_hidden(_parent(annotation)):
            return AnnotationAbsence.ATTACHMENT_TRASHED
        return None

    def is_unexplained(self, key: str, attachment: str) -> bool:
        """Tell whether only the library can say what became of an annotation."""
        return key not in self.objects and not self.is_hidden(attachment)


@dataclass(frozen=True, slots=True)
class _FateOfKnown:
    """What a library lists and what it `answered` by key.

    Only if it `is_certain` that it lists annotations, one that it does not have is erased.
    """

    listing: _ListedObjects
    answered: Mapping[str, StoredObject]
    is_certain: bool

    def absence(self, key: str, attachment: str) -> AnnotationAbsence:
        """Return why the annotation `key`, known to be of an item, is not among those shown."""
        listed = self.listing.objects.get(key)
        found = listed or self.answered.get(key)
        if found is None:
            if self.listing.is_hidden(attachment):
                return AnnotationAbsence.ATTACHMENT_TRASHED
            return AnnotationAbsence.ERASED if self.is_certain else AnnotationAbsence.UNREADABLE
        if why := self.listing.absence(found):
            return why
        # It is live. If it is not listed, neither are others, of which we then know nothing.
        return AnnotationAbsence.MOVED if listed else AnnotationAbsence.UNREADABLE


def _of_item(
    shown: Iterable[Annotation], known: KnownAnnotations, answers: _FateOfKnown
) -> ItemAnnotations:
    annotations = tuple(sorted(shown, key=lambda one: one.place))
    missing = known.keys() - {one.key for one in annotations}
    return ItemAnnotations(
        annotations, {key: answers.absence(key, known[key]) for key in sorted(missing)}
    )


def _parent(one: StoredObject) -> str:
    return ItemJson(one.data).parent


def _page(position: str) -> int | None:
    """Return the page of the file, from 1, on which a position is; None in what has no pages.

    A position is JSON in a text (https://www.zotero.org/support/dev/web_api/v3/basics).
    """
    if found := _PAGE_FIRST.match(position):  # as Zotero writes it; JSON takes 20 times as long
        return int(found[1]) + 1
    if "pageIndex" not in position:
        return None
    # Hardly ever needed, and it takes 30 ms to import.
    from zoterodigest.foreign import BadJson, read_json

    try:
        read = read_json(position)
    except BadJson:
        return None
    match read:
        case {"pageIndex": bool()}:
            return None
        case {"pageIndex": int(index)} if index >= 0:
            return index + 1
        case _:
            return None
