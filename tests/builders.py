"""Values for tests: sensible defaults, override what the test is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zoterodigest.library.port import KEY_ALPHABET, Collection, LibraryItem


def a_key(number: int) -> str:
    """Return the key with this number, in key order: `22222222` is the first."""
    letters = []
    for _ in range(8):
        number, digit = divmod(number, len(KEY_ALPHABET))
        letters.append(KEY_ALPHABET[digit])
    return "".join(reversed(letters))


def an_item(key: str = "ITEM2222", **data: Any) -> LibraryItem:
    """Return a new journal article."""
    return LibraryItem(key, 0, {"itemType": "journalArticle", "title": "Attention", **data})


def a_note(parent: str = "ITEM2222", key: str = "NATE2222", **data: Any) -> LibraryItem:
    """Return a new child note."""
    return LibraryItem(
        key, 0, {"itemType": "note", "parentItem": parent, "note": "<p>N</p>", **data}
    )


def an_attachment(parent: str = "ITEM2222", key: str = "LINK2222", **data: Any) -> LibraryItem:
    """Return a new linked-URL attachment."""
    link = {"itemType": "attachment", "linkMode": "linked_url", "url": "https://example.org/code"}
    return LibraryItem(key, 0, {**link, "parentItem": parent, "title": "Code", **data})


def a_file(parent: str = "ITEM2222", key: str = "FILE2222", **data: Any) -> LibraryItem:
    """Return a new attachment that is a PDF, on which annotations can be."""
    pdf = {"itemType": "attachment", "linkMode": "imported_file", "contentType": "application/pdf"}
    above = {"parentItem": parent} if parent else {}
    return LibraryItem(key, 0, {**pdf, **above, "title": "PDF", **data})


def a_highlight(parent: str = "FILE2222", key: str = "MARK2222", **data: Any) -> LibraryItem:
    """Return a new annotation of a PDF; `data` are its fields without the prefix they all have."""
    given = {
        "type": "highlight",
        "text": "The highlighted text",
        "sortIndex": "00004|001000|00000",
        "position": '{"pageIndex":4,"rects":[[1,2,3,4]]}',
        **data,
    }
    fields = {f"annotation{name[0].upper()}{name[1:]}": value for name, value in given.items()}
    return LibraryItem(key, 0, {"itemType": "annotation", "parentItem": parent, **fields})


def a_collection(key: str = "SHELF222", **values: Any) -> Collection:
    """Return a new collection at the top."""
    return replace(Collection(key, 0, "Daily"), **values)


def changed(item: LibraryItem, **data: Any) -> LibraryItem:
    """Return the write that changes these fields of `item` as it was read."""
    return LibraryItem(item.key, item.version, data)
