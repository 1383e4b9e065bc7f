"""Folds with a title in their `<summary>`: which are papers, and how a new one is written."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks, Fields, Hyperlink, Names, WebLinks
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

TITLE = "Occupancy Networks: Learning 3D Reconstruction"
LINK = "[arXiv](https://arxiv.org/abs/1812.03828)"
BADGE = "[![arXiv](https://img.shields.io/b.svg)](https://arxiv.org/abs/1812.03828)"


def one(source: str) -> DigestEntry:
    """Read a digest that holds one entry."""
    (entry,) = read(source.encode()).entries
    return entry


def fold(summary: str, body: str = LINK) -> str:
    """A fold between two headings."""
    return (
        f"# Papers\n\n<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>\n\n# More\n"
    )


@pytest.mark.parametrize(
    ("summary", "venue"),
    [
        (TITLE, None),
        (f"1. {TITLE}", None),
        (f"12) <b>{TITLE}</b> (CVPR 2019)", "CVPR"),
        (f"<strong>{TITLE}</strong> - CVPR 2019", "CVPR"),
        (f"{TITLE}, CVPR 2019 Oral", "CVPR"),
        (f"[CVPR 2019] {TITLE}", "CVPR"),
        (f"📄 <h3>{TITLE}</h3>", None),
        (f'3. <a href="https://arxiv.org/abs/1812.03828">{TITLE}</a> (CVPR 2019)', "CVPR"),
        (f"[{TITLE}](https://arxiv.org/abs/1812.03828)", None),
        (f'<a href="https://arxiv.org/abs/1812.03828">{TITLE}</a> · <i>CVPR 2019</i>', "CVPR"),
        (f'<a href="https://arxiv.org/abs/1812.03828">{TITLE}</a>, 3DV 2019', "3DV"),
    ],
)
def test_a_fold_has_its_title_in_its_summary(summary: str, venue: str | None) -> None:
    entry = one(fold(summary))

    assert (entry.title, entry.reading.fields.get("venue")) == (TITLE, venue)
    assert entry.reading.fields["arxiv"] == "1812.03828"


@pytest.mark.parametrize(
    "body",
    [
        f"*Ada Lovelace, Kurt Gödel*\n\n{BADGE}\n\nThey agree.",
        f"<br>\n\nAda Lovelace, Kurt Gödel\n\n{BADGE} [A](https://a.org/b)\n\nThey agree.",
        f"- **Authors:** Ada Lovelace, Kurt Gödel\n- **Paper:** {LINK}\n\nThey agree.",
        '<p><i>Ada Lovelace, Kurt Gödel</i></p>\n<a href="https://arxiv.org/abs/1812.03828">'
        '<img src="b.svg" alt="arXiv"></a>\n\nThey agree.',
    ],
)
def test_authors_links_and_a_note_stand_in_the_fold(body: str) -> None:
    fields = one(fold(f"1. {TITLE}", body)).reading.fields

    assert fields["authors"] == Names(("Ada Lovelace", "Kurt Gödel"))
    assert fields["summary"] == Blocks(("They agree.",))
    assert fields["arxiv"] == "1812.03828"


@pytest.mark.parametrize(
    ("summary", "body"),
    [
        ("Click to show all the papers", LINK),
        ("BibTeX", LINK),
        ("How to cite this page in a paper", LINK),
        ("Table of Contents", LINK),
        (
            "Papers of 2019 about occupancy networks",
            f"- [{TITLE}](https://arxiv.org/abs/1812.03828)",
        ),
        ("Occupancy", LINK),
        ("A short word on this list", "Nothing is linked."),
    ],
)
def test_another_fold_is_no_paper(summary: str, body: str) -> None:
    document = read(fold(summary, body).encode())

    assert {entry.title for entry in document.entries} <= {TITLE}


def test_what_stands_in_a_fold_in_html_is_read() -> None:
    badge = '<a href="https://arxiv.org/abs/1812.03828"><img src="b.svg" alt="arXiv"></a>'
    people = "<p>Lars Mescheder et al.</p>"
    body = f"{people}\n{badge}\n<p><b>Abstract.</b> It learns shapes.</p>"
    fields = one(fold(TITLE, body)).reading.fields

    assert fields["authors"] == Names(("Lars Mescheder",), truncated=True)
    assert (fields["abstract"], fields["arxiv"]) == ("It learns shapes.", "1812.03828")


def test_a_fold_that_is_no_entry_is_no_part_of_the_one_above() -> None:
    source = fold(f"1. {TITLE}").replace("# More", "<details>\n<summary>More</summary>\n</details>")

    assert one(source).last == 7


def test_a_new_fold_gets_the_next_number_and_looks_like_its_neighbor() -> None:
    source = fold(f"7. {TITLE} (CVPR 2019)", f"*Ada Lovelace*\n\n{BADGE}\n\nThey agree.").encode()
    fields: Fields = {
        "title": "A New Title",
        "authors": Names(("Kurt Gödel",)),
        "venue": "ICML",
        "year": "2024",
        "arxiv": "2401.00001",
        "links": WebLinks((Hyperlink("code", "https://github.com/x/y"),)),
        "summary": Blocks(("Short words.",)),
    }
    form = one(source.decode()).format

    done = rearrange(read(source), [NewEntry("new", None, fields, form)], read)

    assert done.refusals == ()
    assert (
        "\n</details>\n\n<details>\n<summary>8. A New Title (ICML 2024)</summary>\n\n"
        "*Kurt Gödel*\n\n"
        "[![arXiv](https://img.shields.io/b.svg)](https://arxiv.org/abs/2401.00001), "
        "[code](https://github.com/x/y)\n\nShort words.\n\n</details>\n\n# More\n"
    ) in done.source.decode()


HTML_FOLD = f"""\
# Papers

<details>
<summary><a href="https://arxiv.org/abs/1812.03828">{TITLE}</a> · <i>CVPR 2019</i></summary>
<p>Lars Mescheder, Michael Oechsle</p>
<p><b>Abstract.</b> A surface is where a network changes its mind.</p>
</details>
"""


@pytest.mark.parametrize(("venue", "behind"), [("ICML", " · <i>ICML 2024</i>"), ("", "")])
def test_a_new_fold_in_html_has_an_abstract_and_no_empty_marks(venue: str, behind: str) -> None:
    fields: Fields = {"title": "A New Paper", "arxiv": "2401.00001", "abstract": "We see."}
    fields = {**fields, "authors": Names(("Ada Lovelace", "Kurt Gödel"))}
    fields = {**fields, "venue": venue, "year": "2024"} if venue else fields

    outcome = rearrange(read(HTML_FOLD.encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    head = '<summary><a href="https://arxiv.org/abs/2401.00001">A New Paper</a>'
    names, abstract = "<p>Ada Lovelace, Kurt Gödel</p>", "<p><b>Abstract.</b> We see.</p>"
    new = f"<details>\n{head}{behind}</summary>\n{names}\n{abstract}\n</details>\n"
    assert new in outcome.source.decode()


@pytest.mark.parametrize(
    ("behind", "venue", "year"),
    [(" (2022)", None, "2022"), (", CVPR 2020", "CVPR", "2020"), ("", None, None)],
)
def test_links_may_stand_behind_a_folded_title(
    behind: str, venue: str | None, year: str | None
) -> None:
    link = '[<a href="https://arxiv.org/abs/2211.09527">Paper</a>]'
    head = f"<summary>Counting Birds by Ear{behind} {link} ⭐</summary>"
    fold = f"<details>{head}\n\n- Loud.\n\n</details>\n"

    (entry,) = read(f"## Birds\n\n{fold}".encode()).entries

    fields = entry.reading.fields
    assert (entry.title, fields["arxiv"]) == ("Counting Birds by Ear", "2211.09527")
    assert (fields.get("venue"), fields.get("year")) == (venue, year)
