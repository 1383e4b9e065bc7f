"""Why a file of a vault is no note of one paper."""

from __future__ import annotations

import re

from zoterodigest.core.values.file_keys import is_conflict_copy
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.digest.read.document import PRIVATE
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.read.vault_identity import (
    Properties,
    identity_kind,
    is_like_key,
    item_keys,
    key_in_name,
    stated_keys,
)
from zoterodigest.digest.read.vault_metadata import slot_of_property
from zoterodigest.regex import lazy_regex

_MACHINE = lazy_regex(
    r"(?:^|/)(?:\.obsidian|\.trash|\.git|logseq/bak|logseq/version-files|\.logseq|node_modules)/"
    r"|(?:^|/)hls__[^/]*\.md$|\.excalidraw\.md$",
    re.I,
)
_STAND_IN = lazy_regex(r"(?:^|/)\.[^/]+\.icloud$", re.I)
_TEMPLATES = lazy_regex(r"(?:^|/)_?templates?/|(?:^|[/ _-])template[^/]*\.md$", re.I)
_DAILY = lazy_regex(r"(?:^|/)\d{4}[-_ ]?\d\d[-_ ]?\d\d(?: \w+)?\.md$|(?:^|/)journals?/\d", re.I)
_MAP = lazy_regex(r"(?:^|[/ _-])(?:moc|index|map of content|_index|readme|home)\.md$", re.I)
_CODE = lazy_regex(r"\{\{|\{%|<%")

_NO = frozenset({"false", "no", "off", "0"})
EVICTED = "it has a size and no data: a cloud keeps it elsewhere"
CONFLICT_COPY = "it is a conflict copy"
ABOUT_PERSON = "it is about a person"
_PEOPLE = frozenset({"author", "person", "people"})
_OF_PAPER = frozenset({"authors", "venue", "year", "doi", "arxiv"})
NO_EVIDENCE = (
    "nothing in its front matter, its name or its properties says that it is about a paper"
)
SEVERAL = "it names several papers"


def reason_by_name(name: str) -> str:
    """Return why a file of this name is no note of a paper; "" if it may be one."""
    if _STAND_IN.search(name):
        return EVICTED
    if is_conflict_copy(name):
        return CONFLICT_COPY
    if _MACHINE.search(name):
        return "a program keeps it"
    return ""


def reason_by_bytes(source: bytes) -> str:
    """Return why a file that holds these bytes is no note of a paper; "" if it may be one."""
    return EVICTED if source and not source.strip(b"\0") else ""


def reason_by_properties(properties: Properties) -> str:
    """Return why a file with these properties is no note of a paper, whatever else it says."""
    held = [*properties]
    for key, texts in held:
        said = {it.partition("#")[0].strip().casefold() for it in texts}
        # Where front matter is read line by line, a comment is part of a value.
        if folded_key(key) == "zotero" and said & _NO:
            return PRIVATE
    # Two properties may call one paper by two keys; a list of keys is about several.
    lists = (stated_keys([one]) for one in held if identity_kind(one[0]) == "citation_key")
    keys = max(lists, key=len, default=())
    return f"{SEVERAL}: {', '.join(keys[:3])}" if len(keys) > 1 else ""


def reason_against_name(name: str, properties: Properties) -> str:
    """Return why a file is no note of a paper though its name begins with `@`; "" if it may be one.

    People have pages called so, too. A name like `@bee2005` is that of a paper.
    """
    held = [*properties]
    is_paper = (
        is_like_key(key_in_name(name))
        or item_keys(held, "") != ItemKeys()
        or any(slot_of_property(key) in _OF_PAPER for key, _ in held)
    )
    return "" if is_paper or not _kinds(held) & _PEOPLE else ABOUT_PERSON


def _kinds(properties: Properties) -> set[str]:
    """Return what a file is called by its tags and its type."""
    return {
        folded_key(text.lstrip("#"))
        for key, texts in properties
        if folded_key(key) in ("type", "tags", "tag", "class", "category", "categories")
        for text in texts
    }


def reason_without_identity(name: str, properties: Properties, body: str) -> str:
    """Return what a file seems to be that names no paper."""
    held = [*properties]
    is_code = any(_CODE.search(text) for _, texts in held for text in texts)
    if is_code or _TEMPLATES.search(name) or (not held and _CODE.search(body)):
        return "it is a template"
    if _DAILY.search(name):
        return "it is a daily note"
    kinds = _kinds(held)
    if _MAP.search(name) or kinds & {"moc", "map", "index"}:
        return "it is a map of other notes"
    if kinds & _PEOPLE:
        return ABOUT_PERSON
    return NO_EVIDENCE
