"""Templates of cells: a table's cell written down once, with names of slots in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.digest.corpus import venues
from zoterodigest.core.values.record import EMPTY, Fields
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

ID = "https://arxiv.org/abs/2006.11239"
OTHER = "https://arxiv.org/abs/2303.01469"
TITLES = ["{ignored}) **{title}** - {summary}", "**[{title}]({url})** {?({venue})?}", "{title}"]
HEAD = "| Paper | Year |\n|---|---|\n"


def a_table_format(**cells: list[str]) -> DigestFormat:
    given: dict[str, Any] = {
        "name": "mine",
        "about": "",
        "entry": {"containers": ["row"]},
        "columns": {"needs": ["title"], "names": {"title": ["Paper"], "year": ["Year"]}},
        "cells": cells,
        "new": {},
    }
    return DigestFormat.model_validate(given)


def read(source: str, titles: list[str]) -> Document:
    form = a_table_format(title=titles)
    return read_document("papers.md", source.encode(), [form], venues())


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        (
            "1) **Short** - what it does",
            {"ignored": "1", "title": "Short", "summary": "what it does"},
        ),
        (f"**[A [b]]({ID})** (CVPR)", {"title": "A [b]", "url": ID, "venue": "CVPR"}),
        (f"**[A]({ID})**", {"title": "A", "url": ID}),
        ("Plain \\| title", {"title": "Plain | title"}),
        (f"**[A]({ID})** (a note)", {"title": f"**[A]({ID})** (a note)"}),
    ],
)
def test_a_cell_is_read_by_the_first_template_that_takes_all_of_it(
    cell: str, values: dict[str, str]
) -> None:
    (entry,) = read(f"{HEAD}| {cell} | 2023 |\n", TITLES).entries

    found = {slot.name: decoded(slot.text.data) for slot in entry.slots if slot.name != "year"}
    assert found == values


def test_a_cell_that_can_be_read_in_two_ways_is_its_columns_value_as_a_whole() -> None:
    (entry,) = read(f"{HEAD}| A. B. C | 2023 |\n", ["{title}. {comment}"]).entries

    assert entry.title == "A. B. C"


@pytest.mark.parametrize(
    ("fields", "new"),
    [
        ({"title": "New"}, f"**[New]({ID})** (CVPR)"),
        ({"venue": "ICML"}, f"**[A]({ID})** (ICML)"),
        ({"venue": EMPTY}, f"**[A]({ID})** "),
    ],
)
def test_an_edit_changes_the_bytes_of_its_slot(fields: Fields, new: str) -> None:
    source = f"{HEAD}| **[A]({ID})** (CVPR) | 2023 |\n"

    edited = put_digest(read(source, TITLES), {0: fields}, lambda it: read(it.decode(), TITLES))

    assert edited.refusals == ()
    assert edited.source.decode() == source.replace(f"**[A]({ID})** (CVPR)", new)


@pytest.mark.parametrize(
    ("fields", "cell"),
    [
        ({"title": "B", "arxiv": "2303.01469", "venue": "ICML"}, f"**[B]({OTHER})** (ICML)"),
        ({"title": "B", "arxiv": "2303.01469"}, f"**[B]({OTHER})**"),
        ({"title": "B"}, "B"),
    ],
)
def test_a_new_cell_is_written_by_the_first_template_with_all_it_needs(
    fields: Fields, cell: str
) -> None:
    source, form = f"{HEAD}", a_table_format(title=TITLES)

    done = rearrange(
        read(source, TITLES),
        [NewEntry("new", None, fields, form)],
        lambda it: read(it.decode(), TITLES),
    )

    assert done.source.decode() == f"{source}| {cell} |  |\n"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{title", "“{” alone"),
        ("no slot", "needs a slot"),
        ("{title} {comment}", "nothing but blanks parts"),
        ("{links} {title} {links}", "a second time"),
        ("{titel}", "no slot “titel”"),
    ],
)
def test_a_cell_template_that_breaks_a_rule_is_refused(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        a_table_format(title=[template])
