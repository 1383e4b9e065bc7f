"""What stands beside a title is taken apart, whole or not at all."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read, venues
from tests.growth import LINEAR, growth
from zoterodigest.core.values.record import Names, text_in
from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import builtin_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.read.parts import parts_beside
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

ARXIV = "https://arxiv.org/abs/1706.03762"


def parts(text: str, *known: str) -> list[tuple[str, str]] | None:
    """The parts of a text by name; what is read as nothing is left out."""
    data = text.encode()
    found = parts_beside(source_text(data, Span(0, len(data))), known, venues())
    return None if found is None else [(it.name, it.words) for it in found if it.name != "ignored"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ", Lovelace et al., CVPR 2021 | [code](https://a.b) | [bib](./b.bib) <!--key-->",
            {
                "authors": "Lovelace et al.",
                "venue": "CVPR 2021",
                "links": "[code](https://a.b) | [bib](./b.bib)",
            },
        ),
        (
            "*Ada Lovelace\\*, Kurt Gödel.* NIPS 2017. [[pdf](https://a.b)] 2017.6",
            {
                "authors": "Ada Lovelace\\*, Kurt Gödel",
                "venue": "NIPS 2017",
                "links": "[[pdf](https://a.b)]",
                "date": "2017.6",
            },
        ),
        (
            ". Journal of Machine Learning Research 3(4):993–1022, 2003. doi:10.1000/1",
            {
                "venue": "Journal of Machine Learning Research",
                "year": "2003",
                "doi": "doi:10.1000/1",
            },
        ),
        (
            ". IEEE Symposium on Birds and Bees, 2017: 39-57. doi:10.1000/1",
            {"venue": "IEEE Symposium on Birds and Bees, 2017", "doi": "doi:10.1000/1"},
        ),
        (
            ". Lovelace, Ada, and Kurt Gödel. Academic Press. (2022).",
            {"authors": "Lovelace, Ada, and Kurt Gödel", "venue": "Academic Press", "year": "2022"},
        ),
        (
            " (2019): what it says, again.",
            {"year": "2019", "summary": "what it says, again."},
        ),
        (
            "Ada Lovelace, Kurt Gödel, CVPR 2024, arXiv:2404.10880",
            {
                "authors": "Ada Lovelace, Kurt Gödel",
                "venue": "CVPR 2024",
                "arxiv": "arXiv:2404.10880",
            },
        ),
        ("by Ada Lovelace *et al.* (2006)", {"authors": "Ada Lovelace *et al.*", "year": "2006"}),
        (
            "Lovelace, A., & Gödel, K. (2016).",
            {"authors": "Lovelace, A., & Gödel, K.", "year": "2016"},
        ),
        (f"[ICLR 2018]({ARXIV}) • [Code](https://a.b)", {"venue": "ICLR 2018"}),
        (f"Gu and Gödel, [pdf]({ARXIV})", {"authors": "Gu and Gödel"}),
        (
            ", arXiv preprint arXiv:1409.1556 (2014)",
            {"venue": "arXiv preprint", "arxiv": "arXiv:1409.1556", "year": "2014"},
        ),
        ("", {}),
    ],
)
def test_the_parts_beside_a_title_are_found_in_any_order(
    text: str, expected: dict[str, str]
) -> None:
    found = dict(parts(text) or [])

    assert {name: found.get(name) for name in expected} == expected
    assert found.keys() - expected.keys() <= {"links"}


@pytest.mark.parametrize(
    "text",
    [
        " is what we build upon, see the [docs](https://a.b)",
        " Ada Lovelace, Stanford University",
        " by Google in Summer 2017",
        "答：检查是否有同名环境变量，它的优先级更高",
        ", Object Detection",
        ", CVPR 2020, ICML 2021",
    ],
)
def test_what_is_not_understood_whole_has_no_parts(text: str) -> None:
    assert parts(text) is None


def test_of_two_words_only_those_behind_authors_in_italics_are_a_venue() -> None:
    assert parts(". *Mind*, 1950.", "authors") == [("venue", "Mind"), ("year", "1950")]
    assert parts(". *Mind*, 1950.") is None


def test_behind_authors_a_known_venue_may_stand_in_small_letters() -> None:
    text = ". Advances in neural information processing systems. 2012."

    assert parts(text, "authors") == [
        ("venue", "Advances in neural information processing systems"),
        ("year", "2012"),
    ]
    assert not {"venue"} & {name for name, _ in parts(text) or ()}


def test_a_line_below_a_title_that_holds_another_title_is_none_of_its_parts() -> None:
    topic = f"- **Topic of Some Words**\n  - *CVPR 2017* [A Title of It All]({ARXIV}), Bee et al.\n"

    assert "Topic of Some Words" not in [entry.title for entry in read(topic.encode()).entries]


def test_a_venue_in_brackets_at_the_end_of_a_title_is_none_of_it() -> None:
    (entry,) = read(f"- **A Title of It (KDD 2014)**\n  - [[Paper]]({ARXIV})\n".encode()).entries

    assert (entry.title, text_in(entry.reading.fields, "venue")) == ("A Title of It", "KDD")


def test_a_paragraph_begins_entries_as_its_first_line_does() -> None:
    source = (
        f"**A Title of It**\nAda Lovelace, Kurt Gödel\n[CVPR 2023 Outstanding paper]({ARXIV})\n"
        f"**Another of Them**\nAda Lovelace, Kurt Gödel\n[ICML 2024]({ARXIV}v2)\n"
    )

    titles = [entry.title for entry in read(source.encode()).entries]

    assert titles == ["A Title of It", "Another of Them"]


@pytest.mark.parametrize(
    "line",
    [
        "- **Probabilistic Robotics**, Thrun, Burgard & Fox. MIT Press, 2005.",
        "- [How We Built It](https://lab.example.org/blog/built), Ada Lovelace, 2021",
        "- **Topic** (2021)",
    ],
)
def test_a_book_a_post_or_a_topic_is_no_paper(line: str) -> None:
    assert read(f"{line}\n".encode()).entries == ()


@pytest.mark.parametrize(
    ("line", "title", "expected"),
    [
        (
            '**[4]** Silver, David, et al. "**Mastering the game of Go**." nature 529.7587 (2016):'
            " 484-489. [[pdf]](http://a.b/c.pdf) **(AlphaGo)** :star:",
            "Mastering the game of Go",
            {
                "venue": "nature",
                "year": "2016",
                "authors": Names(("Silver, David",), truncated=True),
            },
        ),
        (
            "- [@he2016] He, K., & Sun, J. (2016). Deep residual learning. *CVPR*, 770–778."
            " https://doi.org/10.1109/CVPR.2016.90",
            "Deep residual learning",
            {"venue": "CVPR", "year": "2016", "authors": Names(("He, K.", "Sun, J."))},
        ),
        (
            "- Vaswani, A., et al. (2017). Attention is all you need. *Neural Computation*, 30."
            f" {ARXIV}",
            "Attention is all you need",
            {"venue": "Neural Computation", "arxiv": "1706.03762"},
        ),
        (
            "* :scroll: [Computing Machinery and Intelligence](c.pdf) by A. M. Turing (1950)",
            "Computing Machinery and Intelligence",
            {"year": "1950", "authors": Names(("A. M. Turing",))},
        ),
        (
            "* [:scroll:](c.pdf) [Computing Machinery and Intelligence](https://a.org/c.pdf)"
            " by A. M. Turing *et al.* (1950)",
            "Computing Machinery and Intelligence",
            {"year": "1950", "authors": Names(("A. M. Turing",), truncated=True)},
        ),
        (
            "[**A Title of It**](https://t.github.io/)<br>\n[Ann Bee](https://a.io), [Cem Dee](c)"
            f"<br>\nCVPR 2021 [[Paper]({ARXIV})]",
            "A Title of It",
            {"venue": "CVPR", "authors": Names(("Ann Bee", "Cem Dee"))},
        ),
    ],
    ids=["roadmap", "key", "apa", "local file", "picture", "names as links"],
)
def test_a_reference_is_read_in_the_manner_of_its_list(
    line: str, title: str, expected: dict[str, object]
) -> None:
    (entry,) = read(f"{line}\n".encode()).entries

    assert entry.title == title
    assert {name: entry.reading.fields.get(name) for name in expected} == expected


@pytest.mark.parametrize(("label", "venue"), [("CVPR2023", "CVPR"), ("Arxiv", "")])
def test_a_plain_title_may_follow_a_link_in_brackets_that_is_called_by_its_venue(
    label: str, venue: str
) -> None:
    line = f"- [[{label}]({ARXIV})] iSDF: A Self-Made Title [[github](https://github.com/a/b)]\n"
    tool = "- [[Github](https://github.com/a/c)] A Library for Signed Distance Functions\n"

    (entry,) = read((line + tool).encode()).entries

    assert entry.title == "iSDF: A Self-Made Title"
    assert text_in(entry.reading.fields, "venue") == venue
    assert entry.reading.fields["arxiv"] == ARXIV.rpartition("/")[2]


def test_a_new_entry_behind_such_links_begins_with_one() -> None:
    line = f"- [[CVPR2023]({ARXIV})] iSDF: A Self-Made Title\n"
    fields = {"title": "Another Title", "arxiv": "2401.10001", "venue": "ICLR", "year": "2024"}

    after = rearrange(read(line.encode()), [NewEntry("new", (), fields)], read)

    new = "- [[ICLR2024](https://arxiv.org/abs/2401.10001)] Another Title\n"
    assert after.source.decode() in (line + new, new + line)


@pytest.mark.parametrize("tag", ["ins", "i", "em", "u"])
def test_a_venue_may_stand_between_tags(tag: str) -> None:
    line = f"- OneBit: Towards Small Models, <{tag}>ICLR, 2024</{tag}> [[Paper]({ARXIV})]\n"

    (entry,) = read(line.encode()).entries

    assert entry.title == "OneBit: Towards Small Models"
    assert text_in(entry.reading.fields, "venue") == "ICLR"


def test_a_title_with_authors_and_no_link_is_a_paper_below_another() -> None:
    first = f"* **A Title of It**,\n  Ada Lovelace, Kurt Gödel, CVPR 2023\n  [[pdf]({ARXIV})]\n\n"
    second = "* **Another of Them**,\n  Ada Lovelace, Kurt Gödel\n"

    assert [it.title for it in read((first + second).encode()).entries][1:] == ["Another of Them"]
    assert read(second.encode()).entries == ()


@pytest.mark.parametrize("text", ["Ab Cd et al. ", "1(2), ", "((a)(b))", ". A"])
def test_parts_are_taken_apart_in_linear_time(text: str) -> None:
    assert growth(lambda size: parts(text * size), 100) < LINEAR


@pytest.mark.parametrize("key", ["[@ada1843]", "[@ada1843]:", "[1]", "3."])
def test_a_title_behind_a_key_authors_and_a_year_may_begin_with_a_quotation(key: str) -> None:
    line = f'- {key} Lovelace, A., & Gödel, K. (1943). "Who Counts?": On Birds. *CVPR*. {ARXIV}\n'

    assert [it.title for it in read(line.encode()).entries] == ['"Who Counts?": On Birds']


def test_a_venue_with_a_comma_in_its_name_is_no_list_of_people() -> None:
    texts = [
        f"{' '.join(words[:at])}, {' '.join(words[at:])}"
        for venue in venues().venues
        for words in map(str.split, (venue.official, *venue.aliases))
        for at in range(1, len(words))
    ]
    known = [text for text in texts if venues().find(text) is not None]
    whole = {text: ("authors", text.rstrip(".")) for text in known}

    as_people = [text for text in known if whole[text] in (parts(f" {text}") or ())]

    assert as_people == []


@pytest.mark.parametrize("behind", ["", ".", ". [[video](https://a.b/v)]"])
def test_a_given_name_may_have_a_small_second_syllable(behind: str) -> None:
    found = dict(parts(f"Ada Lovelace, Seung-won Hwang, Hung-yi Lee{behind}") or ())

    assert found["authors"] == "Ada Lovelace, Seung-won Hwang, Hung-yi Lee"
    assert parts("Zero-shot Birds, Cross-modal Bees") is None


def test_links_below_a_line_that_is_not_understood_are_the_papers() -> None:
    entry = read(
        b"- **Counting Birds by Ear**, CVPR 2021\n"
        b"  Some birds are loud\n"
        b"  [[page](https://arxiv.org/abs/1706.03762)] [[code](https://github.com/a/b)]\n"
    ).entries[0]

    assert text_in(entry.reading.fields, "arxiv") == "1706.03762"
    assert [link.label for link in entry.reading.links] == ["page", "code"]
    assert [slot.words for slot in entry.slots if slot.name == "summary"] == ["Some birds are loud"]


@pytest.mark.parametrize("indent", ["", "  "])
def test_a_row_of_names_that_are_written_as_none_is_no_remark(indent: str) -> None:
    entry = read(
        "- **Counting Birds by Ear**, CVPR 2021\n"
        f"{indent}Lovelace, Ada, Gill, J., Kurt, Goedel, Emmy, Noether.\n"
        f"{indent}[[page](https://arxiv.org/abs/1706.03762)]\n".encode()
    ).entries[0]

    assert "summary" not in entry.reading.fields
    assert [problem.line for problem in entry.problems] == [2]
    assert text_in(entry.reading.fields, "arxiv") == "1706.03762"


def test_escaped_brackets_around_links_are_none_of_a_venue() -> None:
    found = parts(f" [CVPR 2018]\\[[arxiv]({ARXIV})\\]\\[[code](https://a.b)\\]")

    assert found is not None
    assert dict(found)["venue"] == "CVPR 2018"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            " by Lovelace, Ada and Gödel, Kurt and Noether, Emmy, 2018.",
            {"authors": "Lovelace, Ada and Gödel, Kurt and Noether, Emmy", "year": "2018"},
        ),
        (", ICRA ViTac, 2024.", {"venue": "ICRA ViTac, 2024"}),
        (
            " - Ada Lovelace, Kurt Gödel and Emmy Noether, MASES 2018.",
            {"authors": "Ada Lovelace, Kurt Gödel and Emmy Noether", "venue": "MASES 2018"},
        ),
        (
            f". In *Proceedings of ACL 2003*. ([Citation]({ARXIV}): 1,234)",
            {"venue": "Proceedings of ACL 2003", "links": f"[Citation]({ARXIV})"},
        ),
    ],
)
def test_names_as_in_bibtex_led_venues_and_counts_are_parts(
    text: str, expected: dict[str, str]
) -> None:
    assert dict(parts(text) or ()) == expected


def test_a_title_may_stand_in_an_anchor() -> None:
    text = (
        '10. <span id = "ears">**Counting Birds by Ear**.</span>\n\n'
        f"   *Ada Lovelace, Kurt Gödel*. [[pdf](<{ARXIV}>)]\n"
    )

    (entry,) = read(text.encode()).entries

    assert entry.title == "Counting Birds by Ear"
    assert entry.reading.fields["authors"] == Names(("Ada Lovelace", "Kurt Gödel"))


def test_a_name_alone_has_four_words_at_most() -> None:
    assert parts(": Ada Maria Lovelace Gordon") == [("authors", "Ada Maria Lovelace Gordon")]
    assert parts(": Serving Inference Using Dynamic Bird Selection") == [
        ("summary", "Serving Inference Using Dynamic Bird Selection")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "- Uncertainty in Birds Workshop in ICML 2020 [[Slides]](<https://slideslive.com/icml>)",
        f"[[page]]({ARXIV})\n\n**Song**\nAda Lovelace, Kurt Gödel",
    ],
)
def test_the_name_of_a_link_in_brackets_is_no_title(line: str) -> None:
    found = read(f"## Birds\n\n{line}\n".encode()).entries

    assert not {"[Slides]", "Slides", "[page]", "page"} & {entry.title for entry in found}


@pytest.mark.parametrize("indent", ["", "   "])
def test_badges_below_an_entry_are_no_remark(indent: str) -> None:
    text = (
        "7. **Counting Birds by Ear**.\n\n"
        f"   *Ada Lovelace, Kurt Gödel*. [[pdf]({ARXIV})], 2022.12\n"
        f"{indent}![](https://img.shields.io/badge/loud.svg) ![](https://img.shields.io/b.svg)\n"
    )

    (entry,) = read(text.encode()).entries

    assert "summary" not in entry.reading.fields
    assert entry.problems == ()


def test_two_pairs_of_brackets_are_two_parts() -> None:
    found = parts("[31th Oct., 2024] [arXiv, 2024]", "authors")
    assert found == [("date", "31th Oct., 2024"), ("venue", "arXiv, 2024")]


@pytest.mark.parametrize("author", ["Emmy Noether", "Ada Lovelace, Owls! consortium, Kurt Gödel"])
def test_a_name_in_italics_below_a_title_is_no_venue(author: str) -> None:
    lines = ["**Counting Owls by Ear**", f"*{author}*", "[8 May 2024] [arXiv, 2024]"]
    source = " \\\n".join([*lines, f"[[Paper]({ARXIV})]"]) + "\n"
    (entry,) = read_document("papers.md", source.encode(), builtin_formats(), venues()).entries
    assert text_in(entry.reading.fields, "venue") in ("", "arXiv")


def test_a_word_that_ends_in_a_hyphen_is_read_as_any_other() -> None:
    assert parts("Ann- Bee, Cy Kite. CVPR 2021") == [
        ("authors", "Ann- Bee, Cy Kite"),
        ("venue", "CVPR 2021"),
    ]
    assert parts(";A-, 0") is None
