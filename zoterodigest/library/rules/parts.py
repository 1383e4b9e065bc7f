"""Rules of notes, attachments and annotations, which are parts of an item."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.library.rules.values import (
    MAX_FIELD_BYTES,
    Data,
    NotAccepted,
    clean_text,
    require,
)
from zoterodigest.regex import lazy_regex

LINK_MODES = frozenset(
    {"linked_url", "linked_file", "imported_url", "imported_file", "embedded_image"}
)
ANNOTATION_TYPES = frozenset({"highlight", "note", "image", "ink", "underline", "text"})
WITH_TEXT = frozenset({"highlight", "underline"})
"""Annotations that quote the text they mark."""

# Limits measured on the code of zotero.org: notes in characters, annotations in bytes.
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
    "application/pdf": (lazy_regex(r"\d{5}\|\d{6}\|\d{5}", re.ASCII), ""),
    "application/epub+zip": (lazy_regex(r"\d{5}\|\d{8}", re.ASCII), " for EPUB annotation"),
    "text/html": (lazy_regex(r"\d{7,8}", re.ASCII), " for HTML annotation"),
}


def note(value: Any) -> str:
    """Return the text of a note; raises `NotAccepted`, with its first words, if it is too long."""
    text = clean_text(value, "note")
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
        require(value in LINK_MODES, f"'{str(value)[:50]}' is not a valid linkMode")
        return value
    # `require_fitting` refuses these two in an annotation with a clearer message.
    if kind.name == "annotation" and name not in ("md5", "mtime"):
        return _annotation_field(name, value, above)
    text = clean_text(value, name)
    if text and name == "mtime":
        is_number = re.fullmatch(r"\d{1,16}", text, re.ASCII)
        require(is_number, "'mtime' must be a number of milliseconds")
        return int(text)
    if text and name == "md5":
        require(re.fullmatch("[a-f0-9]{32}", text), f"'{text[:50]}' is not a valid MD5 hash")
    return text or None


def _annotation_field(name: str, value: Any, above: str) -> str | None:
    require(isinstance(value, str | None), f"{name} must be a string")
    text = clean_text(value, name)
    if name == "annotationType":
        kinds = "'highlight', 'note', 'image', 'text', or 'ink'"
        require(text in ANNOTATION_TYPES, f"annotationType must be {kinds}")
    if name == "annotationColor" and text:
        is_color = re.fullmatch("#[0-9a-f]{6}", text)
        require(is_color, "annotationColor must be a hex color (e.g., '#FF0000')")
    if name == "annotationText":
        return text[:_MAX_ANNOTATION_TEXT].strip() or None
    most, what = _LIMITS.get(name, (MAX_FIELD_BYTES, name))
    is_short = len(text.encode()) <= most
    require(is_short, f"Annotation {what} is too long for attachment {above}")
    return text or None


def require_fitting(kind: ItemType, stored: Data | None, change: Data, after: Data) -> None:
    """Raise `NotAccepted` if the properties of a part contradict each other.

    `change` is what was asked for, `after` what the part would be.
    """
    # In this order: of several faults, zotero.org names the same one.
    for name in sorted(change.keys() & _FILE):
        require(kind.name == "attachment", f"'{name}' is valid only for attachment items")
    may_have_note = "note" not in change or kind.name in ("note", "attachment")
    require(may_have_note, "'note' property is valid only for note and attachment items")
    for name in sorted(name for name in change if name.startswith("annotation")):
        require(kind.name == "annotation", f"'{name}' is valid only for annotation items")
    if kind.name == "attachment":
        _require_attachment(stored, change, after)
    if kind.name == "annotation":
        _require_annotation(stored, change, after)


def _require_attachment(stored: Data | None, change: Data, after: Data) -> None:
    mode = after.get("linkMode")
    require(mode is not None, "'linkMode' property not provided")
    before = mode if stored is None else stored.get("linkMode", mode)
    require(mode == before, "Cannot change attachment linkMode")
    if mode in ("linked_url", "linked_file") and (lost := sorted(change.keys() & _STORED)):
        said = f"'{lost[0]}' is valid only for imported and embedded-image attachments"
        raise NotAccepted(400, said)
    may_have_path = mode == "linked_file" or "path" not in change
    require(may_have_path, "'path' is valid only for linked file attachment items")
    filename = str(after.get("filename", "")) if "filename" in change else ""
    is_path = "/" in filename or re.match(r"[A-Za-z]:\\|\\\\", filename)
    require(not is_path, f"Stored-file filename '{filename}' cannot contain a directory path")
    if mode == "embedded_image":
        _require_image(stored, after)


def _require_image(stored: Data | None, after: Data) -> None:
    require(not after.get("note"), "'note' property is not valid for embedded images")
    require(not after.get("charset"), "'charset' is not valid for embedded images")
    stays = stored is None or after.get("parentItem") == stored.get("parentItem")
    require(stays, "Cannot change parent item of embedded-image attachment")
    require("parentItem" in after, "Embedded-image attachment must have a parent item")
    is_image = str(after.get("contentType", "")).startswith("image/")
    require(is_image, "Embedded-image attachment must have an image content type")
    for name in ("tags", "relations"):
        require(not after.get(name), f"Embedded image attachments cannot have {name}")


def _require_annotation(stored: Data | None, change: Data, after: Data) -> None:
    require("parentItem" in after, "Annotation must have a parent item")
    kind = after.get("annotationType")
    before = kind if stored is None else stored.get("annotationType", kind)
    require(kind == before, "Cannot change existing annotationType")
    fits = kind in WITH_TEXT or "annotationText" not in change
    require(fits, "'annotationText' can only be set for highlight and underline annotations")


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
    may_be_above = not item_types()[found].is_part or (is_image and found == "note")
    about = {"parentItem": str(data["parentItem"])}
    require(may_be_above, "Parent item cannot be a note or attachment", 409, about)


def _require_annotated(data: Data, parent: Data) -> None:
    kind, content = data.get("annotationType", "annotation"), parent.get("contentType", "")
    marks_text = kind in WITH_TEXT | {"note"}
    is_file = parent["itemType"] == "attachment" and parent.get("linkMode") != "linked_url"
    known = _SNAPSHOTS if marks_text else {"application/pdf"}
    fits = is_file and content in known
    require(fits, f"Parent item of {kind} annotation must be a PDF attachment")
    form, suffix = _SORT_INDEX[content]
    index = str(data.get("annotationSortIndex", ""))
    require(form.fullmatch(index), f"Invalid sortIndex '{index[:50]}'{suffix}")
