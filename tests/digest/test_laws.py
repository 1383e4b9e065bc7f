"""Law 2, PutGet: what was put is read back, up to what the slot can show, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, RELATIVES, document, read
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    FieldKind,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    kind_of,
)
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.shown import shows

BREAKERS = [
    *["|", "\\|", "</details>", "<details>", "</b></summary>", "**", "*", "_", "`", "[x](y)"],
    *["](", ")", "---", "```", "# H", "<br>", "&amp;", "&", "et al.", "<!--", "-->", "| a | b |"],
    *["Task: x", "$x|y$", "\\", "\u8bba\u6587", "\u00e9"],
    *["\n> **T**", "\n\n", "\n- ", ", ", " and ", "\u200b", "\u202e"],
]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)
TEXTS = st.lists(WORDS | st.sampled_from(BREAKERS), min_size=1, max_size=6).map("".join)
LINES = TEXTS.map(lambda text: " ".join(text.split()))
NAMES = st.lists(
    st.sampled_from(["Ada Lovelace", "Kurt Gödel", "Li'an Bi", "王小明", "Gemini Team"]),
    min_size=1,
    max_size=8,
    unique=True,
)
URLS = st.sampled_from(
    ["https://github.com/a/b", "https://x.org/a_(b)|c", "https://y.org/?q=a b)c"]
)
PAGES = st.sampled_from(
    [
        "https://openreview.net/forum?id=abc",
        "https://aclanthology.org/N19-9999",
        "https://x.org/a b",
    ]
)


def values(name: str) -> st.SearchStrategy[Value]:
    """Values of a field's kind, ordinary and hostile ones."""
    if name == "arxiv":
        return st.sampled_from(["2401.00001", "1234.5678"])
    if name == "doi":
        return st.sampled_from(
            ["10.1000/182", "10.1002/(sici)1097-0258(19980815)17:15<1661::a>3.0"]
        )
    if name == "url":
        return PAGES | LINES
    if name == "date":
        return st.sampled_from(["2024-05-06", "2023-11", "1999"])
    if name == "year":
        return st.sampled_from(["1999", "2031"])
    match kind_of(name):
        case FieldKind.SCALAR:
            return LINES | st.just(EMPTY)
        case FieldKind.NAMES:
            return st.builds(Names, NAMES.map(tuple), st.booleans())
        case FieldKind.MEMBERS:
            return st.lists(LINES.filter(bool), max_size=3, unique=True).map(tuple).map(Members)
        case FieldKind.LINKS:
            link = st.builds(Hyperlink, st.sampled_from(["code", "website", "Project Page"]), URLS)
            return (
                st.lists(link, max_size=3, unique_by=lambda it: it.label).map(tuple).map(WebLinks)
            )
        case FieldKind.BLOCKS:
            bullet = LINES.filter(bool).map(lambda text: f"- {text}")
            return st.lists(bullet | LINES.filter(bool), max_size=4).map(tuple).map(Blocks)


def fields_of(path: Path) -> list[str]:
    """The fields that the entries of an example carry."""
    return sorted({name for entry in document(path).entries for name in entry.reading.fields})


CASES = [(path, name) for path in (*EXAMPLES, RELATIVES) for name in fields_of(path)]


@pytest.mark.parametrize(("path", "name"), CASES, ids=lambda case: getattr(case, "name", case))
@settings(max_examples=max(10, settings().max_examples // 4))  # for each of over eighty cases
@given(data=st.data())
def test_a_field_that_was_put_is_read_back_and_nothing_else_moves(
    path: Path, name: str, data: st.DataObject
) -> None:
    before = document(path)
    carriers = [at for at, entry in enumerate(before.entries) if name in entry.reading.fields]
    index = data.draw(st.sampled_from(carriers))
    asked = data.draw(values(name))

    edited = put_digest(before, {index: {name: asked}}, read)

    after = read(edited.source)
    assert len(after.entries) == len(before.entries)
    if edited.refusals:
        assert edited.source == before.source
    else:
        assert shows(after.entries[index].reading.fields.get(name), asked)
    assert_others_stay(before, after, index, edited.source)


def assert_others_stay(before: Document, after: Document, index: int, source: bytes) -> None:
    """Every byte outside the edited entry is as it was."""
    old = before.entries[index]
    assert source.startswith(before.source[: old.span.start])
    assert source.endswith(before.source[old.span.end :])
    assert len(after.entries) == len(before.entries)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_most_ordinary_titles_can_be_written_everywhere(path: Path) -> None:
    before = document(path)
    asked = {at: {"title": f"A new title: {at} & more"} for at in range(len(before.entries))}

    edited = put_digest(before, asked, read)

    assert edited.refusals == ()
    assert [entry.title for entry in read(edited.source).entries] == [
        fields["title"] for fields in asked.values()
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_one_hostile_edit_among_many_does_not_stop_the_others(path: Path) -> None:
    before = document(path)
    asked: dict[int, dict[str, Value]] = {
        at: {"title": f"Renamed {at}"} for at in range(len(before.entries))
    }
    asked[0]["links"] = WebLinks((Hyperlink("no]place(here", "https://x.org"),))

    edited = put_digest(before, asked, read)

    titles = [entry.title for entry in read(edited.source).entries]
    assert titles == [f"Renamed {at}" for at in range(len(before.entries))]
