"""The authors of a new entry stand as those around do."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields, Names
from zoterodigest.digest.write.new_names import names_like
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry


@pytest.mark.parametrize(
    ("samples", "people", "written"),
    [
        (
            ["Doe, J., & Roe, R.", "Abt, A., Bo, B., & Cox, C."],
            ("S. Lee", "T. Kim", "U. Oh"),
            "Lee, S., Kim, T., & Oh, U.",
        ),
        (
            ["Doe, Jane, et al.", "Abt, Ann, Bob Bo, and Cy Cox"],
            ("Sue Lee", "Tom Kim", "Udo Oh"),
            "Lee, Sue, Tom Kim, and Udo Oh",
        ),
        (["Doe, Jane", "Abt, Ann"], ("Sue Lee",), "Lee, Sue"),
        (["Doe, Jane; Roe, Rob"], ("Sue Lee", "Tom Kim"), "Lee, Sue; Kim, Tom"),
        (["Jane Doe, Rob Roe"], ("Sue Lee", "Tom Kim"), "Sue Lee, Tom Kim"),
        (
            ["Jane Doe, Rob Roe", "Ann Abt; Bob Bo; Cy Cox", "Di Do; Ed Em; Flo Fu"],
            ("Sue Lee", "Tom Kim"),
            "Sue Lee; Tom Kim",
        ),
    ],
    ids=[
        "all last name first",
        "the first alone",
        "one name",
        "semicolons",
        "as they are read",
        "signs as in longer lists",
    ],
)
def test_last_names_come_first_where_they_do(
    samples: list[str], people: tuple[str, ...], written: str
) -> None:
    assert names_like(samples, Names(people)) == written


def test_authors_that_nothing_parts_from_the_title_are_cut() -> None:
    line = "- A Title of Paper {0}, {1} et al., CVPR 202{0} ([arXiv](https://arxiv.org/abs/200{0}.00001))\n"
    source = "".join(line.format(at, it) for at, it in enumerate(("Abt", "Bo", "Cox"), 1))
    fields: Fields = {"title": "A New Paper of Ours", "venue": "ICML", "year": "2024"}
    fields = {**fields, "arxiv": "2401.00001", "authors": Names(("Sue Lee", "Tom Kim"))}

    outcome = rearrange(read(source.encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert "- A New Paper of Ours, Lee et al., ICML 2024 ([arXiv]" in outcome.source.decode()


CITED = "- {} ({}). A title of a paper, part {}. *CVPR*. https://arxiv.org/abs/20{}.00001\n"


@pytest.mark.parametrize(
    ("others", "count", "written"),
    [
        (["Ann Abt et al.", "Bob Bo et al.", "Cy Cox and Dan Doe"], 4, "P Qu et al."),
        (["Ann Abt et al.", "Bob Bo et al.", "Cy Cox and Dan Doe"], 2, "P Qu and R Su"),
        (["Ann Abt et al.", "Bob Bo, Cy Cox, Di Do, Ed Em, Flo Fu"], 4, "P Qu, R Su, T Vu, W Xu"),
        (["Ann Abt et al.", "Bob Bo", "Di Do, Ed Em, Flo Fu"], 4, "P Qu et al."),
        (
            ["Ann Abt et al.", "Bob Bo et al.", "Cy Cox et al.", "Di Do, Ed Em, F Fu, G Go"],
            4,
            "P Qu et al.",
        ),
        (
            ["Ann Abt et al.", "Bob Bo et al.", "Cy Cox et al.", "Di Do and Ed Em"],
            2,
            "P Qu and R Su",
        ),
    ],
    ids=[
        "longer than any",
        "as long as a whole one",
        "shorter than a whole one",
        "half of the longer ones are cut",
        "hardly one is whole",
        "two, as elsewhere",
    ],
)
def test_authors_are_cut_if_nobody_shows_a_list_as_long(
    others: list[str], count: int, written: str
) -> None:
    lines = [CITED.format(it, 2020 + at, at, 10 + at) for at, it in enumerate(others)]
    people = Names(("P Qu", "R Su", "T Vu", "W Xu")[:count])
    fields: Fields = {
        "title": "A New Paper",
        "authors": people,
        "year": "2024",
        "arxiv": "2401.00001",
    }

    outcome = rearrange(read("".join(lines).encode()), [NewEntry("new", (), fields)], read)

    assert outcome.refusals == ()
    assert f"- {written} (2024). A New Paper" in outcome.source.decode()
