"""Converting a digest: what a format can show comes along, and what it can't is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, ROOT, document, formats, read, venues
from zoterodigest.core.values.record import is_empty
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.convert import Conversion, Converted
from zoterodigest.digest.write.shown import shows
from zoterodigest.notes.canonical import canonical_blocks

LIST = """\
# Papers

Some words.

- [Paper One on Trees](https://arxiv.org/abs/2401.00001), CVPR 2025. [[code]](https://github.com/a/b)
- [Paper Two on Trees](https://arxiv.org/abs/2401.00002), ICLR 2024

## More

- no paper
- [Paper Three on Trees](https://arxiv.org/abs/2401.00003), ICLR 2024

The end
"""

ONE = "[Paper One on Trees](https://arxiv.org/abs/2401.00001)"
TABLE = f"""\
# Papers

Some words.

| Title | Venue | Links |
|---|---|---|
| {ONE} | CVPR 2025 | [code](https://github.com/a/b) |
| [Paper Two on Trees](https://arxiv.org/abs/2401.00002) | ICLR 2024 |  |

## More

- no paper

| Title | Venue | Links |
|---|---|---|
| [Paper Three on Trees](https://arxiv.org/abs/2401.00003) | ICLR 2024 |  |

The end
"""


def named(name: str) -> DigestFormat:
    return next(form for form in formats() if form.name == name)


def converted(before: Document, name: str) -> Converted:
    form = named(name)

    def read_alone(source: bytes) -> Document:
        return read_document("digest.md", source, (form,), venues())

    return Conversion(before, form, read, read_alone, canonical_blocks).converted()


def test_entries_are_written_where_they_stand_and_the_text_around_them_stays() -> None:
    there = converted(read(LIST.encode()), "table")
    back = converted(read(there.source), "list")

    assert there.source.decode() == TABLE
    assert [one.lost for one in (*there.entries, *back.entries)] == [()] * 6
    # Only the blank line that a table needs above it is new.
    assert back.source.decode() == LIST.replace("- no paper\n", "- no paper\n\n")


@pytest.mark.parametrize("target", ["table", "list", "details-notes"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_not_named_as_lost_reads_back_equal(path: Path, target: str) -> None:
    before = document(path)

    done = converted(before, target)
    after = read(done.source)

    stayed = {entry.first for entry, _ in done.stayed}
    results = {one.before.first: one for one in done.entries}
    assert len(after.entries) == len(before.entries)
    for old, new in zip(before.entries, after.entries, strict=True):
        lost = results[old.first].lost if old.first in results else ()
        assert old.headings == new.headings
        assert (old.first in results) == (old.format.name != target and old.first not in stayed)
        for name, value in old.reading.fields.items():
            is_of_date = name == "year" and "date" in new.reading.fields
            is_kept = shows(new.reading.fields.get(name), value, canonical_blocks)
            assert is_empty(value) or is_kept or name in lost or is_of_date, name
    assert converted(after, target).source == done.source


def test_a_table_that_a_more_special_format_reads_as_well_is_converted() -> None:
    before = document(ROOT / "examples" / "generation-daily.md")

    done = converted(before, "table")

    assert len(done.entries) == len(before.entries)
    assert {entry.format.name for entry in read(done.source).entries} == {"arxiv-daily-table"}


def test_what_a_format_has_no_place_for_is_named() -> None:
    before = document(ROOT / "examples" / "world-models.zh.md")

    lost = {name for one in converted(before, "list").entries for name in one.lost}

    assert lost == {"date", "section:Abstract", "section:Key points", "section:核心创新"}


def test_text_that_is_no_field_is_named() -> None:
    noted = LIST.replace("ICLR 2024\n\n##", "ICLR 2024, read it twice\n\n##")

    done = converted(read(noted.encode()), "table")

    assert [one.unread for one in done.entries] == [(), ("read it twice",), ()]


def test_a_page_behind_a_title_that_comes_nowhere_else_is_named() -> None:
    text = (
        "| Title | Links |\n|---|---|\n| [Paper One](https://trees.org/one) |"
        " [arxiv](https://arxiv.org/abs/2401.00001) |\n"
    )

    (one,) = converted(read(text.encode()), "quoted-notes").entries

    assert one.lost == ("links",)


def test_a_row_that_stays_keeps_a_header() -> None:
    rows = TABLE.replace(
        "| [Paper Two on Trees]",
        "| [Torn](https://arxiv.org/abs/2401.00009) |\n| [Paper Two on Trees]",
    )

    done = converted(read(rows.encode()), "list")

    assert [entry.title for entry, _ in done.stayed] == ["Torn"]
    assert done.source.decode().startswith(
        "# Papers\n\nSome words.\n\n- [Paper One on Trees](https://arxiv.org/abs/2401.00001), CVPR"
        " 2025. [[code]](https://github.com/a/b)\n\n| Title | Venue | Links |\n|---|---|---|\n"
        "| [Torn](https://arxiv.org/abs/2401.00009) |\n\n- [Paper Two on Trees]"
    )


def test_line_breaks_and_the_end_of_a_file_stay_as_they_are() -> None:
    source = LIST.rstrip("\n").replace("\n", "\r\n").encode()

    assert (
        converted(read(source), "table").source == TABLE.rstrip("\n").replace("\n", "\r\n").encode()
    )


def test_an_entry_that_the_format_cannot_read_back_stays() -> None:
    text = LIST.replace(
        "(https://arxiv.org/abs/2401.00002), ICLR 2024", "(https://a.org/two.pdf), CVPR 2020"
    )
    before = read(text.encode())

    done = converted(before, "daily-bullets")

    assert [entry.title for entry, _ in done.stayed] == ["Paper Two on Trees"]
    assert b"- [Paper Two on Trees](https://a.org/two.pdf), CVPR 2020\n" in done.source


def test_an_html_list_is_converted_as_a_whole() -> None:
    there = converted(read(LIST.encode()), "html-list")
    back = converted(read(there.source), "list")
    more = there.source.replace(b"<ul>\n", b"<ul>\n<li>a tool</li>\n", 1)
    mixed = converted(read(more), "list")

    assert b"\n<ul>\n<li><b>Paper One on Trees</b>" in there.source
    assert there.source.count(b"</li>\n</ul>\n") == 2
    assert len(back.entries) == 3
    assert b"ul>" not in back.source
    assert [why for _, why in mixed.stayed] == ["its HTML list holds other things, too"] * 2


@pytest.mark.parametrize("name", ["table", "folded-titles"])
def test_annotations_that_are_left_out_are_named(name: str) -> None:
    source = (
        "> **Mask R-CNN**\n> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)\n>\n"
        "> - A mask for each box.\n>\n> <!-- zotero-annotations ITEM2222 -->\n>\n"
        "> > Boxes are masked\n>\n> <!-- /zotero-annotations ITEM2222 -->\n"
    )

    (entry,) = converted(read(source.encode()), name).entries

    assert "annotations" in entry.lost
    assert entry.unread == ()
