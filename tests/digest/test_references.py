"""Identifiers, the paper's page and the links of an entry are written together, and safely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Value, WebLinks
from zoterodigest.digest.read.references import find_links
from zoterodigest.digest.write.edit import Edited, put_digest

QUOTED = """\
> **A Title**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2504.18524v2), [code](https://github.com/a/b)
> Task: image restoration
"""
CODE = Hyperlink("code", "https://github.com/a/b")


def written(source: str, asked: Fields) -> tuple[Edited, str]:
    """Put fields into the only entry; return what came of it, and the bytes as text."""
    edited = put_digest(read(source.encode()), {0: asked}, read)
    return edited, edited.source.decode()


def refused(edited: Edited) -> list[str]:
    return [refusal.field for refusal in edited.refusals]


def test_a_corrected_arxiv_id_moves_the_papers_own_pages_only() -> None:
    source = QUOTED.replace(
        "[code](https://github.com/a/b)",
        "[pdf](https://arxiv.org/pdf/2504.18524), [HF](https://huggingface.co/papers/2504.18524), "
        "[doi](https://doi.org/10.48550/arXiv.2504.18524), [code](https://github.com/a/2504.18524)",
    )

    edited, after = written(source, {"arxiv": "2401.00001"})

    assert edited.refusals == ()
    assert after == (
        source.replace("abs/2504.18524v2", "abs/2401.00001")
        .replace("pdf/2504.18524", "pdf/2401.00001")
        .replace("arXiv.2504.18524", "arXiv.2401.00001")
    )


def test_an_id_and_a_links_label_change_together() -> None:
    source = QUOTED.replace("github.com/a/b", "github.com/a/2504.18524")
    site = WebLinks((Hyperlink("site", "https://github.com/a/2504.18524"),))

    edited, after = written(source, {"arxiv": "2401.00001", "links": site})

    assert edited.refusals == ()
    assert after == source.replace("abs/2504.18524v2", "abs/2401.00001").replace("[code]", "[site]")


def test_an_id_is_written_although_a_link_beside_it_cannot_be() -> None:
    hostile = WebLinks((Hyperlink("a](b", "https://example.org/"), CODE))

    edited, after = written(QUOTED, {"arxiv": "2401.00001", "links": hostile})

    assert refused(edited) == ["links"]
    assert after == QUOTED.replace("2504.18524v2", "2401.00001")


def test_an_id_that_a_link_before_its_page_states_is_not_corrected() -> None:
    source = QUOTED.replace("[arxiv]", "[HF](https://huggingface.co/papers/2504.18524), [arxiv]")

    edited, after = written(source, {"arxiv": "2401.00001"})

    assert refused(edited) == ["arxiv"]
    assert after == source


@pytest.mark.parametrize(
    "source",
    [
        "> **A Title**\n> *CVPR 2025*, [paper](https://doi.org/10.1000/182)\n> Task: x\n",
        "| Title | Venue | Year |\n|---|---|---|\n"
        "| [A Title of a Paper](https://doi.org/10.1000/182) | CVPR | 2025 |\n",
        "- [A Title of a Paper](https://doi.org/10.1000/182), *CVPR 2025*\n",
    ],
    ids=["quoted", "table", "list"],
)
def test_an_entry_that_only_has_a_doi_gets_a_new_one(source: str) -> None:
    edited, after = written(source, {"doi": "10.1000/999"})

    assert edited.refusals == ()
    assert after == source.replace("10.1000/182", "10.1000/999")


def test_a_doi_and_the_publishers_page_that_holds_it_change_together() -> None:
    source = (
        "> **A Title**\n> *CVPR 2025*, [paper](https://dl.acm.org/doi/10.1145/1.2)\n> Task: x\n"
    )
    page = "https://dl.acm.org/doi/10.1145/3.4"

    edited, after = written(source, {"doi": "10.1145/3.4", "url": page})
    alone, unchanged = written(source, {"doi": "10.1145/3.4"})

    assert edited.refusals == ()
    assert after == source.replace("1.2", "3.4")
    assert refused(alone) == ["doi"]
    assert unchanged == source


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_line_of_links_that_is_emptied_goes(end: str) -> None:
    lines = ["> **A Title**", "> [code](https://github.com/a/b)  ", "> Task: x", ">", "> - One."]

    edited, after = written(end.join([*lines, ""]), {"links": EMPTY})

    assert edited.refusals == ()
    assert after == end.join([lines[0], *lines[2:], ""])


def test_the_last_line_goes_with_the_line_break_before_it() -> None:
    source = "> **A Title**\n> Task: x\n> [code](https://github.com/a/b)"

    _, after = written(source, {"links": EMPTY})

    assert after == "> **A Title**\n> Task: x"


@pytest.mark.parametrize("value", [EMPTY, WebLinks(())])
def test_a_label_that_is_emptied_stays(value: Value) -> None:
    source = "- [A Title of a Paper](https://arxiv.org/abs/2504.18524)\n  - Links: {}\n"

    edited, after = written(source.format("[code](https://github.com/a/b)"), {"links": value})

    assert edited.refusals == ()
    assert after == source.format("")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/x", "data:,x", ""])
def test_a_link_to_no_web_address_is_refused(url: str) -> None:
    edited, after = written(QUOTED, {"links": WebLinks((Hyperlink("code", url),))})

    assert [refusal.reason for refusal in edited.refusals] == [
        "“code” would lead to no web address"
    ]
    assert after == QUOTED


PIECES = ["[", "]", "(", ")", "](", "[a](u)", "[[p](u)]", "[[d]](u)", "[b] c](u)"]
PIECES += ["!", "<", ">", " ", '"t"']
NESTED = b" [b [c]](u)"
"""A link whose label holds brackets within it, which is found by a slower way."""


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_the_links_of_a_text_are_those_it_has_before_a_nested_one(text: str) -> None:
    data = text.encode()

    found = find_links(data + NESTED)

    assert found[:-1] == find_links(data)
    assert found[-1].whole == (len(data) + 1, len(data + NESTED))


@pytest.mark.parametrize("label", ["`PDF`", "__PDF__", "**PDF**", "PDF", " PDF "])
def test_a_label_has_no_marks_on_either_side(label: str) -> None:
    line = f"- A Title of Some Words [[{label}]](https://arxiv.org/abs/2504.18524)\n"

    (entry,) = read(line.encode()).entries

    assert [link.label for link in entry.reading.links] == ["PDF"]


def test_a_link_that_is_called_by_its_address_has_no_label_and_is_called_by_the_new_one() -> None:
    site, other = "https://example.org/a", "https://example.org/b"
    source = f"- A Title of Some Words [pdf](https://arxiv.org/abs/2504.18524) [{site}]({site})\n"
    (entry,) = read(source.encode()).entries
    links = (Hyperlink("", other),)

    edited, after = written(source, {"links": WebLinks(links)})

    assert [link.label for link in entry.reading.links] == ["pdf", ""]
    assert (edited.refusals, after) == ((), source.replace(site, other))
