"""The marks, brackets, separators and lines around a value go and come with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, document, read, read_alone
from zoterodigest.core.values.record import EMPTY, Fields, WebLinks, is_empty
from zoterodigest.digest.write.edit import put_digest

PAPER = "[A Title of a Paper](https://arxiv.org/abs/2504.18524)"
CODE = "[code](https://github.com/a/b)"
BLOG = "[blog](https://example.org/b)"
TAILS = {
    f", [CVPR 2020] [{CODE}]": ", [CVPR 2020]",
    f", [CVPR 2016] ({CODE})": ", [CVPR 2016]",
    f", [CVPR 2022], {CODE}": ", [CVPR 2022]",
    f", *CVPR 2020* ({CODE})": ", *CVPR 2020*",
    f" | {CODE} | {BLOG}": "",
    f", CVPR 2020 ({CODE}, {BLOG})": ", CVPR 2020",
    f", CVPR 2020 ({CODE}).": ", CVPR 2020.",
}
FRAME = re.compile(
    r"\(\s*\)|(?<!\])\[\s*\]|(?<![\w*])\*\*(?![\w*\[(])|[,|(\[][ \t]*$", re.MULTILINE
)
"""A frame without a value."""


def put_fields(source: str, asked: Fields, index: int = 0) -> str:
    """Put fields of one entry; nothing may be refused."""
    edited = put_digest(read(source.encode()), {index: asked}, read)
    assert edited.refusals == ()
    return edited.source.decode()


@pytest.mark.parametrize("tail", TAILS)
def test_all_links_of_a_list_item_go_with_brackets_and_separators(tail: str) -> None:
    cleared = put_fields(f"- {PAPER}{tail}\n", {"links": EMPTY})

    assert cleared == f"- {PAPER}{TAILS[tail]}\n"


@pytest.mark.parametrize(
    "tail", [f", [CVPR 2020] [{CODE}]", f", [CVPR 2016] ({CODE})", f", [CVPR 2022], {CODE}"]
)
def test_a_link_put_back_stands_as_in_the_entries_around(tail: str) -> None:
    other = f"- {PAPER}{tail}\n".replace("18524", "18525").replace("A Title", "Another Title")
    source = f"- {PAPER}{tail}\n{other}"
    links = read(source.encode()).entries[0].reading.fields["links"]

    cleared = put_fields(source, {"links": EMPTY})

    assert put_fields(cleared, {"links": links}) == source


def test_one_link_of_several_in_brackets_leaves_the_brackets() -> None:
    source = f"- {PAPER}, CVPR 2020 ({CODE}, {BLOG})\n"
    links = read(source.encode()).entries[0].reading.fields["links"]
    assert isinstance(links, WebLinks)

    first, second = (put_fields(source, {"links": WebLinks((one,))}) for one in links.hyperlinks)

    assert first == f"- {PAPER}, CVPR 2020 ({CODE})\n"
    assert second == f"- {PAPER}, CVPR 2020 ({BLOG})\n"


QUOTED = """\
> **A Title of a Paper**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2504.18524), [code](https://github.com/a/b)
> Task: image generation
>
> - One point.
"""
ALONE = QUOTED.replace("[arxiv](https://arxiv.org/abs/2504.18524), ", "")


@pytest.mark.parametrize(
    ("source", "old", "new", "names"),
    [
        (QUOTED, "*CVPR 2025*, ", "", ("venue", "year")),
        (QUOTED, ", [code](https://github.com/a/b)", "", ("links",)),
        (QUOTED, "Task: image generation", "Task: ", ("task",)),
        (ALONE, ", [code](https://github.com/a/b)", "", ("links",)),
        (ALONE, "*CVPR 2025*, ", "", ("venue", "year")),
        (ALONE, "CVPR 2025", "2025", ("venue",)),
    ],
)
def test_a_value_of_a_quoted_note_goes_with_its_frame_and_comes_with_it(
    source: str, old: str, new: str, names: tuple[str, ...]
) -> None:
    fields = read(source.encode()).entries[0].reading.fields

    cleared = put_fields(source, dict.fromkeys(names, EMPTY))

    assert cleared == source.replace(old, new)
    assert put_fields(cleared, {name: fields[name] for name in names}) == source


NUMBERED = "> **[1] A Title** — Ada Lovelace; CVPR, 2020. [PDF](https://arxiv.org/pdf/2504.18524)\n"
BOTH = f"{NUMBERED}\n{NUMBERED.replace('[1] A', '[2] Another').replace('Ada', 'Kurt')}"
COMMAS = "> **A Title**, *Ada Lovelace*, CVPR 2020. [PDF](https://arxiv.org/pdf/2504.18524)\n"


TWO_COMMAS = f"{COMMAS}\n{COMMAS}".replace("A Title", "[1] A Title")


@pytest.mark.parametrize(
    ("form", "whole", "left"),
    [
        ("numbered-quotes", NUMBERED, NUMBERED.replace(" Ada Lovelace", "")),
        ("numbered-quotes", BOTH, BOTH.replace(" Ada Lovelace", "")),
        ("comma-quotes", COMMAS, COMMAS.replace(", *Ada Lovelace*", "")),
        ("comma-quotes", TWO_COMMAS, TWO_COMMAS.replace(", *Ada Lovelace*", "", 1)),
    ],
)
def test_authors_put_back_keep_the_signs_on_both_sides(form: str, whole: str, left: str) -> None:
    reader = read_alone(form)
    fields = reader(whole.encode()).entries[0].reading.fields

    cleared = put_digest(reader(whole.encode()), {0: {"authors": EMPTY}}, reader)
    again = put_digest(reader(cleared.source), {0: {"authors": fields["authors"]}}, reader)

    assert (cleared.refusals, again.refusals) == ((), ())
    assert cleared.source.decode() == left
    assert again.source.decode() == whole


NOT_SHOWN = {"title", "arxiv", "doi", "url"}
TOGETHER = ("venue", "year", "award", "date")


def clearings(path: Path) -> list[tuple[int, Fields]]:
    """What can be cleared in the first entries of an example, the parts of a venue together."""
    found: list[tuple[int, Fields]] = []
    for index, entry in enumerate(document(path).entries[:6]):
        fields = {k: v for k, v in entry.reading.fields.items() if not is_empty(v)}
        slots = {slot.name for slot in entry.slots}
        venue = {name: fields[name] for name in TOGETHER if name in fields}
        rest = [{k: v} for k, v in fields.items() if k not in NOT_SHOWN and k not in venue]
        own = [{k: v} for k, v in venue.items() if k in slots and k != "venue"]
        shared = {k: v for k, v in venue.items() if k not in slots or k == "venue"}
        found += [(index, one) for one in (*rest, *own, shared) if one]
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_cleared_and_put_back_is_as_it_was_in_every_format(path: Path) -> None:
    whole = document(path)
    for index, fields in clearings(path):
        cleared = put_digest(whole, {index: dict.fromkeys(fields, EMPTY)}, read)
        if "<a " in str(fields):
            continue  # no new text brings a live element in
        if cleared.refusals:
            assert cleared.source == whole.source or len(fields) > 1
            continue

        filled = put_digest(read(cleared.source), {index: fields}, read)

        assert filled.refusals == (), (index, fields)
        before, after = (it.decode() for it in (whole.source, filled.source))
        empty = FRAME.findall(cleared.source.decode())
        assert len(empty) <= len(FRAME.findall(before)), (index, fields)
        assert sorted(words(after)) == sorted(words(before)), (index, fields)


def words(text: str) -> list[str]:
    """The words of a text; order and the form of a date leave no trace to go by."""
    text = re.sub(r"[*,]", " ", text)
    bare = re.sub(r"\(?\d{1,2} \w{3} \d{4}\)?|\(?\d{4}-\d\d-\d\d\)?", "DATE", text)
    return [word for word in bare.replace("\\|", "|").split() if word != ">"]
