"""Rules of notes, attachments and annotations, which are parts of an item."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.rules.values import MAX_FIELD_BYTES, Data, NotAccepted, text_of

LINK_MODES = frozenset(
    {"linked_url", "linked_file", "imported_url", "imported_file", "embedded_image"}
)
ANNOTATION_TYPES = frozenset({"highlight", "note", "image", "ink", "underline", "text"})
WITH_TEXT = frozenset({"highlight", "underline"})
"""Annotations that quote the text they mark."""

MAX_NOTE_CHARACTERS = 500_000
_MAX_ANNOTATION_TEXT = 7_500
_LIMITS = {"annotationPageLabel": (50, "page label"), "annotationPosition": (65_535, "position")}
_YELLOW = "#ffd400"
_EXCERPT = 79

_STORED = frozenset({"filename", "md5", "mtime"})
"""What only an attachment with a file of its own has."""

_FILE = frozenset({"contentType", "charset", "path"}) | _STORED
_SNAPSHOTS = frozenset({"application/pdf", "application/epub+zip", "text/html"})
_SORT_INDEX = {
    "application/pdf": (re.compile(r"\d{5}\|\d{6}\|\d{5}", re.ASCII), ""),
    "application/epub+zip": (re.compile(r"\d{5}\|\d{8}", re.ASCII), " for EPUB annotation"),
    "text/html": (re.compile(r"\d{7,8}", re.ASCII), " for HTML annotation"),
}


def note(value: Any) -> str:
    """Return the text of a note; raises `NotAccepted`, with its first words, if it is too long."""
    text = text_of(value, "note")
    if len(text) > MAX_NOTE_CHARACTERS:
        raise NotAccepted(413, f"Note '{_excerpt(text)}...' too long")
    return text


def _excerpt(text: str) -> str:
    """Return the first words of a note without its markup; with it if there is nothing else."""
    beginning = re.sub(r"</p>\s*<p>", "</p>\n<p>", text[: _EXCERPT * 5])
    plain = html.unescape(re.sub(r"<!--.*?(-->|\Z)|<[^>]*(>|\Z)", "", beginning, flags=re.DOTALL))
    # zotero.org cuts after 79 bytes, blanks at the beginning counted in.
    cut = plain.encode()[:_EXCERPT].decode("utf-8", "ignore")
    if found := re.sub(r"\s+", " ", cut).strip():
        return found
    return html.unescape(re.sub(r"\s+", " ", text[:_EXCERPT])).strip()


def part_field(kind: ItemType, name: str, value: Any, *, above: str) -> Any:
    """Return the value of a field that only parts have, None if it goes; raises `NotAccepted`.

    `above` is the key of the item that the part lies below.
    """
    if name == "linkMode":
        return _one_of(value, LINK_MODES, f"'{str(value)[:50]}' is not a valid linkMode")
    if name == "mtime":
        return _modified(value)
    if name == "md5":
        return _hash(value)
    if kind.name == "annotation":
        return _annotation_field(name, value, above)
    text = text_of(value, name)
    return text or None


def _one_of(value: Any, known: frozenset[str], otherwise: str) -> str:
    if value not in known:
        raise NotAccepted(400, otherwise)
    return str(value)


def _modified(value: Any) -> int | None:
    text = text_of(value, "mtime")
    if text and not re.fullmatch(r"\d{1,16}", text, re.ASCII):
        raise NotAccepted(400, "'mtime' must be a number of milliseconds")
    return int(text) if text else None


def _hash(value: Any) -> str | None:
    text = text_of(value, "md5")
    if text and not re.fullmatch("[a-f0-9]{32}", text):
        raise NotAccepted(400, f"'{text[:50]}' is not a valid MD5 hash")
    return text or None


def _annotation_field(name: str, value: Any, above: str) -> str | None:
    if not isinstance(value, str) and value is not None:
        raise NotAccepted(400, f"{name} must be a string")
    text = text_of(value, name)
    if name == "annotationType":
        kinds = "'highlight', 'note', 'image', 'text', or 'ink'"
        return _one_of(text, ANNOTATION_TYPES, f"annotationType must be {kinds}")
    if name == "annotationColor" and text and not re.fullmatch("#[0-9a-f]{6}", text):
        raise NotAccepted(400, "annotationColor must be a hex color (e.g., '#FF0000')")
    most, what = _LIMITS.get(name, (MAX_FIELD_BYTES, name))
    if len(text.encode()) > most and name != "annotationText":
        raise NotAccepted(400, f"Annotation {what} is too long for attachment {above}")
    if name == "annotationText":
        return text[:_MAX_ANNOTATION_TEXT].strip() or None
    return text or None


def require_fitting(kind: ItemType, stored: Data | None, change: Data, after: Data) -> None:
    """Raise `NotAccepted` if the properties of a part contradict each other.

    `change` is what was asked for, `after` what the part would be.
    """
    for name in sorted(change.keys() & _FILE):
        if kind.name != "attachment":
            raise NotAccepted(400, f"'{name}' is valid only for attachment items")
    if "note" in change and kind.name not in ("note", "attachment"):
        said = "'note' property is valid only for note and attachment items"
        raise NotAccepted(400, said)
    for name in sorted(change):
        if name.startswith("annotation") and kind.name != "annotation":
            raise NotAccepted(400, f"'{name}' is valid only for annotation items")
    if kind.name == "attachment":
        _require_attachment(stored, change, after)
    if kind.name == "annotation":
        _require_annotation(stored, change, after)


def _require_attachment(stored: Data | None, change: Data, after: Data) -> None:
    mode = after.get("linkMode")
    if mode is None:
        raise NotAccepted(400, "'linkMode' property not provided")
    if stored is not None and mode != stored.get("linkMode", mode):
        raise NotAccepted(400, "Cannot change attachment linkMode")
    if mode in ("linked_url", "linked_file") and (lost := sorted(change.keys() & _STORED)):
        said = f"'{lost[0]}' is valid only for imported and embedded-image attachments"
        raise NotAccepted(400, said)
    if mode != "linked_file" and "path" in change:
        raise NotAccepted(400, "'path' is valid only for linked file attachment items")
    filename = str(after.get("filename", "")) if "filename" in change else ""
    if "/" in filename or re.match(r"[A-Za-z]:\\|\\\\", filename):
        said = f"Stored-file filename '{filename}' cannot contain a directory path"
        raise NotAccepted(400, said)
    if mode == "embedded_image":
        _require_image(stored, after)


def _require_image(stored: Data | None, after: Data) -> None:
    if after.get("note"):
        raise NotAccepted(400, "'note' property is not valid for embedded images")
    if after.get("charset"):
        raise NotAccepted(400, "'charset' is not valid for embedded images")
    if stored is not None and after.get("parentItem") != stored.get("parentItem"):
        raise NotAccepted(400, "Cannot change parent item of embedded-image attachment")
    if "parentItem" not in after:
        raise NotAccepted(400, "Embedded-image attachment must have a parent item")
    if not str(after.get("contentType", "")).startswith("image/"):
        raise NotAccepted(400, "Embedded-image attachment must have an image content type")
    for name in ("tags", "relations"):
        if after.get(name):
            raise NotAccepted(400, f"Embedded image attachments cannot have {name}")


def _require_annotation(stored: Data | None, change: Data, after: Data) -> None:
    if "parentItem" not in after:
        raise NotAccepted(400, "Annotation must have a parent item")
    kind = after.get("annotationType")
    if stored is not None and kind != stored.get("annotationType", kind):
        raise NotAccepted(400, "Cannot change existing annotationType")
    if kind not in WITH_TEXT and "annotationText" in change:
        said = "'annotationText' can only be set for highlight and underline annotations"
        raise NotAccepted(400, said)


def with_defaults(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part with what zotero.org gives one that lacks it."""
    if after["itemType"] == "note":
        return {"note": "", **after}
    if after["itemType"] == "annotation" and not after.get("annotationColor"):
        return {**after, "annotationColor": _YELLOW}
    return dict(after)


def require_below(data: Data, parent: Data) -> None:
    """Raise `NotAccepted` unless the part `data` may lie below the item `parent`."""
    if data["itemType"] == "annotation":
        _require_annotated(data, parent)
        return
    found = parent["itemType"]
    is_image = data.get("linkMode") == "embedded_image"
    if item_types()[found].is_part and not (is_image and found == "note"):
        about = {"parentItem": str(data["parentItem"])}
        raise NotAccepted(409, "Parent item cannot be a note or attachment", about)


def _require_annotated(data: Data, parent: Data) -> None:
    kind, content = data.get("annotationType", "annotation"), parent.get("contentType", "")
    marks_text = kind in WITH_TEXT | {"note"}
    is_file = parent["itemType"] == "attachment" and parent.get("linkMode") != "linked_url"
    known = _SNAPSHOTS if marks_text else {"application/pdf"}
    if not is_file or content not in known:
        raise NotAccepted(400, f"Parent item of {kind} annotation must be a PDF attachment")
    form, suffix = _SORT_INDEX[content]
    index = str(data.get("annotationSortIndex", ""))
    if not form.fullmatch(index):
        raise NotAccepted(400, f"Invalid sortIndex '{index[:50]}'{suffix}")


def blank_annotation(kind: str) -> dict[str, Any]:
    """Return the template of an annotation; its position is an object, which is sent as text."""
    position: dict[str, Any] = {"pageIndex": 0}
    position |= {"paths": [], "width": 2} if kind == "ink" else {"rects": []}
    if kind == "image":
        position |= {"width": 0, "height": 0}
    text = {"annotationText": ""} if kind in WITH_TEXT else {}
    return {
        "itemType": "annotation",
        "parentItem": "",
        "annotationType": kind,
        **text,
        "annotationComment": "",
        "annotationColor": "",
        "annotationPageLabel": "",
        "annotationSortIndex": "00000|000000|00000",
        "annotationPosition": position,
        "tags": [],
    }
