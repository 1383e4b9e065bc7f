"""What `formats check` finds: edits of a format that a sync would refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.digest.corpus import venues
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.laws import LawsReport, try_laws

LIST = "".join(
    f"- **Paper number {n}** (CVPR 202{n}) [p](https://arxiv.org/abs/2301.0000{n})\n"
    for n in range(1, 5)
)


def reading(*templates: str) -> Callable[[bytes], Document]:
    """What reads a digest by a format of these templates."""
    tables = {"name": "mine", "about": "", "templates": templates}
    form = DigestFormat.model_validate(tables)
    return lambda source: read_document("papers.md", source, [form], venues())


def laws(text: str, *templates: str) -> LawsReport:
    """What holds of a list as templates read it."""
    read = reading(*templates)
    return try_laws(read(text.encode()), read)


def test_a_format_with_room_for_all_values_writes_what_it_reads() -> None:
    found = laws(LIST, "- **{title}** ({venue}) [p]({url})")

    assert found.do_hold
    assert {one.field: one.tried for one in found.fields} == {
        "arxiv": 3, "title": 3, "venue": 3, "year": 3,
    }  # fmt: skip


def test_entries_of_each_template_are_tried() -> None:
    text = LIST + "- *Another* [p](https://arxiv.org/abs/2302.00001)\n"

    found = laws(text, "- **{title}** ({venue}) [p]({url})", "- *{title}* [p]({url})")

    assert {one.field: one.tried for one in found.fields}["title"] == 4


@pytest.mark.parametrize(
    ("template", "field", "reason"),
    [("- **Paper number {title}** ({venue}) [p]({url})", "", ""),
     ("- **{title}** (CVPR {ignored}) [p]({url})", "new entry", "a value is missing")],
)  # fmt: skip
def test_what_cannot_be_written_is_reported(template: str, field: str, reason: str) -> None:
    found = laws(LIST, template)

    assert found.do_hold is not bool(reason)
    assert reason in found.new_entry
    assert bool(found.new_entry) is (field == "new entry")
