"""The table of item types says what Zotero's own schema says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zoterodigest.library.rules.schema import item_types

SCHEMA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "zotero-schema.json"
FILE_FIELDS = {"note", "linkMode", "contentType", "charset", "filename", "path", "md5", "mtime"}


def test_every_type_has_the_fields_and_creators_of_zotero() -> None:
    if not SCHEMA.exists():
        pytest.skip("Zotero's schema is not at hand")
    theirs = {
        kind["itemType"]: (
            {field["field"] for field in kind["fields"]},
            {f["field"]: f["baseField"] for f in kind["fields"] if "baseField" in f},
            tuple(creator["creatorType"] for creator in kind["creatorTypes"]),
        )
        for kind in json.loads(SCHEMA.read_text(encoding="utf-8"))["itemTypes"]
    }

    ours = {
        name: (_in_schema(kind.fields), dict(kind.bases), kind.creators)
        for name, kind in item_types().items()
    }

    assert ours == theirs


def _in_schema(fields: frozenset[str]) -> set[str]:
    """Leave out what the schema does not list: notes' text, file properties, annotations."""
    return {name for name in fields - FILE_FIELDS if not name.startswith("annotation")}


def test_a_type_knows_its_own_name_of_a_base_field() -> None:
    types = item_types()

    assert types["case"].field_for("title") == "caseName"
    assert types["book"].field_for("title") == "title"
    assert types["note"].field_for("title") is None
