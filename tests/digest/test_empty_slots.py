"""A slot that was emptied can be filled again, on lines of its own, and the other way round."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Value,
    WebLinks,
)
from zoterodigest.digest.write.edit import put_digest

FOLDED = """\
<details>
<summary><b>A Title of It</b></summary>

* **Authors:** Ada Lovelace
* **arXiv ID:** 2504.18524
* **DOI:** -
* **One-liner:** In one line

> **Core**  
> 

<details>
    <summary>Key points</summary>
</details>

<details>
    <summary>Limits</summary>
    
</details>
</details>
"""
CODE = WebLinks((Hyperlink("code", "https://example.org/code"),))


def written(source: str, asked: Fields) -> str:
    edited = put_digest(read(source.encode()), {0: asked}, read)
    assert edited.refusals == ()
    return edited.source.decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_empty_sections_are_filled_each_in_its_own_place(end: str) -> None:
    source = FOLDED.replace("\n", end)

    quoted = written(source, {"section:Core": Blocks(("It works.",))})
    folded = written(source, {"section:Key points": Blocks(("* It works.",))})
    blank = written(source, {"section:Limits": Blocks(("* It is slow.",))})

    assert quoted == source.replace(f"**Core**  {end}> ", f"**Core**  {end}> It works.")
    title = f"    <summary>Key points</summary>{end}"
    assert folded == source.replace(title, f"{title}    * It works.{end}")
    assert blank == source.replace(
        f"</summary>{end}    {end}", f"</summary>{end}    * It is slow.{end}"
    )


def test_a_section_that_is_emptied_and_filled_again_is_as_it_was() -> None:
    source = FOLDED.replace("points</summary>\n", "points</summary>\n    * It works.\n")

    emptied = written(source, {"section:Key points": EMPTY})
    filled = written(emptied, {"section:Key points": Blocks(("* It works.",))})

    assert emptied == FOLDED
    assert filled == source


def test_an_identifier_with_a_slot_of_its_own_is_added_and_cleared() -> None:
    added = written(FOLDED, {"doi": "10.1000/182"})
    cleared = written(added, {"doi": EMPTY})

    assert added == FOLDED.replace("**DOI:** -", "**DOI:** 10.1000/182")
    assert cleared == FOLDED.replace("**DOI:** -", "**DOI:** ")


@pytest.mark.parametrize("tail", ["", ", CVPR 2016."])
def test_a_first_link_is_added_behind_a_blank(tail: str) -> None:
    source = f"- [A Title of a Paper](https://arxiv.org/abs/2504.18524){tail}\n"

    added = written(source, {"links": CODE})

    assert added == source.replace("\n", " [code](https://example.org/code)\n")


def test_the_last_link_is_taken_away_with_the_blank_before_it() -> None:
    source = "- [A Title of a Paper](https://arxiv.org/abs/2504.18524), CVPR 2016.\n"

    cleared = written(source.replace("\n", " [code](https://example.org/code)\n"), {"links": EMPTY})

    assert cleared == source


def test_tags_keep_what_parts_them() -> None:
    table = (
        "| Title | Tags |\n|---|---|\n| [A Title of It](https://arxiv.org/abs/2504.18524) | {} |\n"
    )
    whole = read(table.format("#noise, #images").encode())

    edited = put_digest(whole, {0: {"task": Members(("noise", "images", "depth"))}}, read)

    assert edited.source.decode() == table.format("#noise, #images, #depth")


def test_a_title_keeps_the_entities_it_is_written_with() -> None:
    source = FOLDED.replace("A Title of It", "This &amp; That")

    assert written(source, {"title": "That & This"}) == source.replace(
        "This &amp; That", "That &amp; This"
    )


@pytest.mark.parametrize(
    ("name", "left"), [("year", ", CVPR."), ("venue", ", 2016.")], ids=["year", "venue"]
)
def test_one_of_venue_and_year_is_cleared_and_the_other_stays(name: str, left: str) -> None:
    source = (
        "- [A Title of It](https://arxiv.org/abs/2504.18524), CVPR 2016. [[code]](https://a.b/c)\n"
    )

    assert written(source, {name: EMPTY}) == source.replace(", CVPR 2016.", left)


TABLE = """\
| Title | Authors | Year | Venue |
|---|---|---|---|
| [A Title of It](https://arxiv.org/abs/2504.18524) | Ada Lovelace | 2016 | CVPR |
| [Another Title](https://arxiv.org/abs/2504.18525) | Ada Lovelace | 2017 | ICML |
"""


@pytest.mark.parametrize(
    ("cell", "year"),
    [("1859", "1859"), ("", EMPTY), ("TBD", EMPTY), ("201", None), ("20166", None)],
)
def test_only_a_cell_without_digits_says_that_there_is_no_year(
    cell: str, year: Value | None
) -> None:
    entry, _ = read(TABLE.replace("2016", cell).encode()).core_entries()

    assert entry.fields.get("year") == year


@pytest.mark.parametrize("name", ["title"])
def test_what_an_entry_cannot_be_without_is_refused_for_that_reason(name: str) -> None:
    paper = "[A Title of It](https://arxiv.org/abs/2504.18524)"
    source = f"# L\n\n- {paper}, CVPR 2016. [[code]](https://a.b/c)\n"

    edited = put_digest(read(source.encode()), {0: {name: EMPTY}}, read)

    assert edited.source.decode() == source
    (refusal,) = edited.refusals
    assert refusal.reason == (
        "the entry cannot be without it: the rest would be read as something else"
    )
