"""The venue of a new entry: what most entries around show of theirs."""

from __future__ import annotations

import pytest

from tests.digest.corpus import new_lines, read
from zoterodigest.core.values.record import Fields
from zoterodigest.digest.write.rearrange import rearrange, unshown_names
from zoterodigest.digest.write.steps import NewEntry

LINE = "- **A title of a paper, part {}**. {}[[paper](https://arxiv.org/abs/20{}.00001)]\n"


@pytest.mark.parametrize(
    ("venues", "written"),
    [
        (("CVPR 2020. ", "", ""), "- **A New Paper**. [[paper]"),
        (
            ("CVPR 2020. ", "arXiv 2021. ", "arXiv 2022. "),
            "- **A New Paper**. arXiv 2024. [[paper]",
        ),
        (("CVPR 2020. ", "ICML 2021. ", "ACL 2022. "), "- **A New Paper**. arXiv 2024. [[paper]"),
    ],
    ids=["papers of arXiv without a venue", "papers of arXiv with it", "no papers of arXiv alone"],
)
def test_arxiv_is_named_as_a_venue_where_others_name_it(
    venues: tuple[str, ...], written: str
) -> None:
    lines = (LINE.format(at, venue, 10 + at) for at, venue in enumerate(venues))
    fields: Fields = {"title": "A New Paper", "venue": "arXiv", "year": "2024"}
    fields = {**fields, "arxiv": "2401.00001"}

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert written in outcome.source.decode()
    assert unshown_names(outcome.document, outcome.origins.index("new"), fields) == ()


PATTERNS = "IEEE Transactions on Pattern Analysis and Machine Intelligence"


@pytest.mark.parametrize(
    ("others", "venue", "written"),
    [
        (("Arxiv", "Arxiv", "CVPR"), "arXiv", "Arxiv"),
        (("RAL", "CoRL", "RSS"), "RA-L", "RAL"),
        (("NIPS", "ICML", "NIPS"), "NeurIPS", "NeurIPS"),
        (("TPAMI", "CVPR", "ECCV"), PATTERNS, "TPAMI"),
        (("CVPR", "ICML", "ECCV"), "ICLR", "ICLR"),
    ],
)  # fmt: skip
def test_a_venue_is_spelled_as_most_spell_it(
    others: tuple[str, ...], venue: str, written: str
) -> None:
    lines = (LINE.format(at, f"{it} 2020. ", 10 + at) for at, it in enumerate(others))
    fields: Fields = {"title": "A New Paper", "venue": venue, "year": "2024"}
    fields = {**fields, "arxiv": "2401.00001"}

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert f"- **A New Paper**. {written} 2024. [[paper]" in outcome.source.decode()


@pytest.mark.parametrize(("year", "written"), [("2016", "NIPS 2016"), ("2019", "NeurIPS 2019")])
def test_a_venue_has_the_name_that_it_had_in_the_year_of_others(year: str, written: str) -> None:
    venues = ("ICML 2018. ", "NIPS 2017. ", "CVPR 2017. ", "NIPS 2016. ", "NeurIPS 2018. ")
    lines = (LINE.format(at, it, 10 + at) for at, it in enumerate(venues))
    fields: Fields = {"title": "A New Paper", "venue": "NeurIPS", "year": year}
    fields = {**fields, "arxiv": "1601.00001"}

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert f"- **A New Paper**. {written}. [[paper]" in outcome.source.decode()


def test_a_venue_keeps_its_old_name_beside_later_ones_with_the_new_name() -> None:
    venues = ("ICML 2018. ", "NeurIPS 2019. ", "CVPR 2017. ", "NeurIPS 2018. ")
    lines = (LINE.format(at, it, 10 + at) for at, it in enumerate(venues))
    fields: Fields = {"title": "A New Paper", "venue": "NIPS", "year": "2016"}
    fields = {**fields, "arxiv": "1601.00001"}

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert "- **A New Paper**. NIPS 2016. [[paper]" in outcome.source.decode()


def test_a_venue_is_as_old_as_the_next_later_one_not_as_the_last() -> None:
    venues = ("ICML 2018. ", "NeurIPS 2020. ", "CVPR 2017. ", "NIPS 2017. ", "NeurIPS 2019. ")
    lines = (LINE.format(at, it, 10 + at) for at, it in enumerate(venues))
    fields: Fields = {"title": "A New Paper", "venue": "NeurIPS", "year": "2016"}
    fields = {**fields, "arxiv": "1601.00001"}

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert "- **A New Paper**. NIPS 2016. [[paper]" in outcome.source.decode()


def test_arxiv_is_named_with_the_identifier_where_others_have_theirs() -> None:
    line = "- A title of paper {0} ({1}) [[paper](https://arxiv.org/abs/200{0}.00001)]\n"
    venues = ("arXiv 2001.00001", "ICML 2020", "arXiv 2003.00001", "arXiv 2004.00001")
    lines = (line.format(at, it) for at, it in enumerate(venues, 1))
    fields: Fields = {"title": "A New Paper", "venue": "arXiv", "year": "2024"}

    new = new_lines("".join(lines), {**fields, "arxiv": "2401.00001"})

    assert new == "- A New Paper (arXiv 2401.00001) [[paper](https://arxiv.org/abs/2401.00001)]"


def test_a_section_that_names_arxiv_does_so_whatever_others_do() -> None:
    line = "- **A title of paper {0}** [[paper](https://arxiv.org/abs/20{0}.00001)]{1}\n"
    named = "".join(line.format(at, "\n  - *arXiv 2020*") for at in (10, 11, 12))
    source = f"# Papers\n\n## One\n{''.join(line.format(at, '') for at in range(13, 20))}\n## Two\n"
    fields: Fields = {"title": "A New Paper", "venue": "arXiv", "year": "2024"}
    new = NewEntry("new", ("Two",), {**fields, "arxiv": "2401.00001"})

    outcome = rearrange(read((source + named).encode()), [new], read)

    assert "arxiv.org/abs/2401.00001)]\n  - *arXiv 2024*" in outcome.source.decode()
