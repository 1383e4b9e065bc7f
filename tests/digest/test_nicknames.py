"""Nicknames before titles are read, edited within their marks, and written into new entries."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, WebLinks
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

LINK = "[[paper](https://arxiv.org/abs/2303.16727)]"
LINES = {
    "bold": f'* **VMAE**: "Scaling Video Masked Autoencoders", CVPR, 2023. {LINK}',
    "brackets": f"- **[VMAE]** Scaling Video Masked Autoencoders {LINK}",
    "code": f"* **`VMAE`**, Scaling Video Masked Autoencoders. {LINK}",
    "underlined": f'- :fire: <u>VMAE</u>: "Scaling Video Masked Autoencoders", CVPR 2023. {LINK}',
    "venue first": f"1. [CVPR 2023] **[VMAE]** **Scaling Video Masked Autoencoders** {LINK}",
}


def a_list(*lines: str) -> Document:
    """A list of these entries, and of others of the same manner."""
    return read("\n".join(("# Papers", "", *lines, "")).encode())


def nickname(document: Document, at: int = 0) -> object:
    return document.entries[at].reading.fields.get("short_title")


def with_edit(document: Document, changes: Fields) -> tuple[str, list[str]]:
    """The bytes after an edit of the first entry, and why fields were refused."""
    edited = put_digest(document, {0: changes}, read)
    return edited.source.decode(), [it.reason for it in edited.refusals]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_an_edit_of_a_nickname_changes_its_own_letters_alone(line: str) -> None:
    before = a_list(line)

    source, refused = with_edit(before, {"short_title": "V-MAE 2"})

    assert (nickname(before), refused) == ("VMAE", [])
    assert source == before.source.decode().replace("VMAE", "V-MAE 2")
    assert nickname(read(source.encode())) == "V-MAE 2"


def test_a_nickname_that_goes_takes_its_marks_along() -> None:
    before = a_list(LINES["brackets"])

    source, refused = with_edit(before, {"short_title": EMPTY})

    assert refused == []
    assert source == before.source.decode().replace("**[VMAE]** ", "")


BEFORE_VENUE = (
    "* **`VMAE`**, Scaling Video Masked Autoencoders, "
    "[[Paper](https://arxiv.org/abs/2303.16727)], CVPR 2023"
)


def test_a_nickname_that_goes_takes_its_comma_along() -> None:
    before = a_list(BEFORE_VENUE)

    source, refused = with_edit(before, {"short_title": EMPTY})

    assert refused == []
    assert source == before.source.decode().replace("**`VMAE`**, ", "")


def test_an_entry_is_read_without_the_nickname_that_others_have() -> None:
    read_from = a_list(BEFORE_VENUE, BEFORE_VENUE.replace("**`VMAE`**, ", ""))

    titles = [it.title for it in read_from.entries]
    assert titles == ["Scaling Video Masked Autoencoders"] * 2
    assert [it.reading.fields["venue"] for it in read_from.entries] == ["CVPR", "CVPR"]


@pytest.mark.parametrize("value", ["V*MAE", "V_MAE <b> & c"])
def test_a_nickname_between_backquotes_is_written_without_entities(value: str) -> None:
    line = f"* **`VMAE`**, Scaling Video Masked Autoencoders, **`CVPR 2023`**. {LINK}"
    before = a_list(line, line.replace("VMAE", "MAE").replace("2303", "2302"))

    source, refused = with_edit(before, {"short_title": value})

    assert refused == []
    assert source == before.source.decode().replace("VMAE", value)
    assert nickname(read(source.encode())) == value


def test_a_nickname_with_a_backquote_is_not_written_between_two() -> None:
    before = a_list(LINES["code"])

    source, refused = with_edit(before, {"short_title": "V`MAE"})

    assert refused == ["a value that stands between backquotes can hold none"]
    assert source.encode() == before.source


@pytest.mark.parametrize(("value", "shown"), [("T*2", "**`T*2`**, "), ("T`2", "")])
def test_a_new_nickname_that_code_cannot_show_is_left_out(value: str, shown: str) -> None:
    before = a_list(LINES["code"], LINES["code"].replace("VMAE", "MAE").replace("2303", "2302"))
    fields: Fields = {"title": "One Paper on Cats", "short_title": value, "arxiv": "2401.00001"}

    outcome = rearrange(before, [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert f"* {shown}One Paper on Cats" in outcome.source.decode()


@pytest.mark.parametrize("value", ["Survey", "*", "x" * 61])
def test_what_would_not_be_read_as_a_nickname_is_not_written(value: str) -> None:
    before = a_list(LINES["brackets"])

    source, refused = with_edit(before, {"short_title": value})

    assert len(refused) == 1
    assert source.encode() == before.source


@pytest.mark.parametrize(
    "label",
    ["Survey", "Google DeepMind", "💬 3D Avatar", "?", "Best Paper", "NEW", "Video Editing"],
)
def test_a_label_in_the_place_of_a_nickname_is_none(label: str) -> None:
    document = a_list(f'* **{label}**: "Scaling Video Masked Autoencoders", CVPR, 2023. {LINK}')

    assert [it.title for it in document.entries] == ["Scaling Video Masked Autoencoders"]
    assert "short_title" not in document.entries[0].reading.fields


def test_a_label_is_a_nickname_if_the_title_begins_with_it() -> None:
    document = a_list(f'* **Generative Agents**: "Generative Agents: A Study", CVPR 2023. {LINK}')

    assert nickname(document) == "Generative Agents"


def test_an_entry_without_a_nickname_does_not_carry_the_field() -> None:
    document = a_list(LINES["bold"], f'* "Attention Is All You Need", NeurIPS, 2017. {LINK}')

    assert "short_title" not in document.entries[1].reading.fields


NEW: Fields = {
    "title": "A Title That No List Has",
    "short_title": "NoList",
    "arxiv": "1906.00001",
    "authors": EMPTY,
    "links": WebLinks((Hyperlink("code", "https://github.com/a/b"),)),
}


def new_line(document: Document, fields: Fields) -> str:
    """The line that a new entry at the end of a list has."""
    outcome = rearrange(document, [NewEntry("new", None, fields)], read)
    assert outcome.refusals == ()
    entry = outcome.document.entries[outcome.origins.index("new")]
    return outcome.source[entry.span.start : entry.span.end].decode()


CODE = "[[paper](https://arxiv.org/abs/1906.00001)] [[code](https://github.com/a/b)]"


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        ("bold", '* **NoList**: "A Title That No List Has"'),
        ("brackets", "- **[NoList]** A Title That No List Has"),
        ("code", "* **`NoList`**, A Title That No List Has"),
    ],
)
def test_a_new_entry_has_its_nickname_as_its_neighbors_have_theirs(name: str, lead: str) -> None:
    assert new_line(a_list(LINES[name]), NEW).startswith(lead)


def test_a_new_entry_without_a_nickname_is_as_neighbors_without_one() -> None:
    fields = {name: value for name, value in NEW.items() if name != "short_title"}

    line = new_line(a_list(LINES["brackets"].replace(LINK, CODE)), fields)

    assert line == f"- A Title That No List Has {CODE}"


def test_a_new_entry_brings_no_nickname_into_a_list_without() -> None:
    document = a_list(f"- Scaling Video Masked Autoencoders {CODE}")

    assert new_line(document, NEW) == f"- A Title That No List Has {CODE}"
