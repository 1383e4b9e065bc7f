"""Lists of authors, names in two parts, and names compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.core.values.names import (
    CollectiveName,
    PersonName,
    full_name,
    is_user_name,
    parse_authors,
    parse_names,
    same_person,
    split_name,
)
from zoterodigest.core.values.record import Names

TRUTH = Path(__file__).resolve().parents[2] / ".." / "shared" / "digests" / "truth"


@pytest.mark.parametrize(
    "text", ["Ann Bee, Cem Dee", "Ann Bee; Cem Dee", "Ann Bee and Cem Dee", "Ann Bee & Cem Dee",
             "Ann Bee，Cem Dee", "Ann Bee, and Cem Dee,", " Ann Bee、 Cem Dee ",
             "Ann Bee · Cem Dee", "Ann Bee + Cem Dee", "Ann Bee | Cem Dee"],
)  # fmt: skip
def test_every_separator_parts_names(text: str) -> None:
    assert parse_names(text) == Names(("Ann Bee", "Cem Dee"))


@pytest.mark.parametrize(
    "text", ["Ann Bee et al.", "Ann Bee, et al", "Ann Bee and others", "Ann Bee等", "Ann Bee, …",
             "Ann Bee...", "Ann Bee (+3 more)", "Ann Bee, 12 others", "Ann Bee, et al., ..."],
)  # fmt: skip
def test_the_words_for_others_truncate_and_are_no_name(text: str) -> None:
    assert parse_names(text) == Names(("Ann Bee",), truncated=True)


def test_entities_and_suffixes_do_not_part_names() -> None:
    text = "Giordano d&#39;Aloisio, Robert Downey, Jr., Acme, Inc."

    assert parse_names(text).people == (
        "Giordano d&#39;Aloisio",
        "Robert Downey, Jr.",
        "Acme, Inc.",
    )


def test_semicolons_keep_last_names_before_first_names() -> None:
    assert parse_names("Vaswani, Ashish; Shazeer, Noam").people == (
        "Vaswani, Ashish",
        "Shazeer, Noam",
    )


@pytest.mark.parametrize("text", ["", "-", "N/A", "None"])
def test_nothing_known_is_no_name(text: str) -> None:
    assert parse_names(text) == Names(())


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ashish Vaswani", "Ashish", "Vaswani"),
        ("Vaswani, Ashish", "Ashish", "Vaswani"),
        ("Jan van de Kerkhof", "Jan", "van de Kerkhof"),
        ("Diego de Las Casas", "Diego", "de Las Casas"),
        ("Luc Van Gool", "Luc", "Van Gool"),
        ("Nguyen Van Anh", "Nguyen Van", "Anh"),
        ("Osama bin Ladin", "Osama", "bin Ladin"),
        ("Robert Downey Jr.", "Robert, Jr.", "Downey"),
        ("Robert Downey, Jr.", "Robert, Jr.", "Downey"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
        ("Kelvin C.K. Chan", "Kelvin C.K.", "Chan"),
        ("Fa-Ting Hong", "Fa-Ting", "Hong"),
        ("Giordano d&#39;Aloisio", "Giordano", "d'Aloisio"),
        ("Xingkai yu", "Xingkai", "yu"),
        ("Ann Bee*†", "Ann", "Bee"),
        ("张三", "三", "张"),
        ("欧阳修", "修", "欧阳"),
        ("山田 太郎", "太郎", "山田"),
    ],
)
def test_a_persons_name_has_two_parts(name: str, first: str, last: str) -> None:
    assert split_name(name) == PersonName(first, last)


@pytest.mark.parametrize(
    "name", ["Chameleon Team", "Gemini Team Google", "OpenAI", "Team Wan", "Madonna", "DeepSeek-AI",
             "The Allen Institute for AI", "anhttran1111", "ATLAS Collaboration"],
)  # fmt: skip
def test_a_collective_or_single_word_stays_whole(name: str) -> None:
    assert split_name(name) == CollectiveName(name)


def test_handles_are_told_from_names() -> None:
    handles = ["anhttran1111", "ChenDY", "l-li", "termanteus", "SYZhang0805"]
    names = ["Ashish Vaswani", "Madonna", "OpenAI", "张三"]

    assert all(is_user_name(name) for name in handles)
    assert not any(is_user_name(name) for name in names)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ashish Vaswani", "A. Vaswani", True),
        ("Ashish Vaswani", "B. Vaswani", False),
        ("Björn Ommer", "Ommer, Bjorn", True),
        ("Wang Xiaoming", "Xiaoming Wang", True),
        ("Luc Van Gool", "L. Gool", True),
        ("OpenAI", "openai", True),
        ("Ann Bee", "Ann Dee", False),
        ("", "", False),
    ],
)
def test_one_person_in_two_spellings(one: str, other: str, expected: bool) -> None:
    assert same_person(one, other) is expected
    assert same_person(other, one) is expected


_WORD = st.text(alphabet="abcdefgh", min_size=2, max_size=8).map(str.title)


@given(st.lists(st.tuples(_WORD, _WORD).map(" ".join), min_size=1, max_size=8), st.booleans())
def test_names_joined_by_commas_are_read_again(people: list[str], truncated: bool) -> None:
    text = ", ".join([*people, "et al."] if truncated else people)

    assert parse_names(text) == Names(tuple(people), truncated)


@given(st.text(max_size=80))
def test_reading_a_split_name_again_splits_it_alike(text: str) -> None:
    once = full_name(split_name(text))

    assert full_name(split_name(once)).split() == once.split() or "," in text


@pytest.mark.deep
@pytest.mark.parametrize(
    "unit", ["a,", "a;", "&", " and ", "et al.", "…", "a ", "等", "&#39;", "(", "."]
)
def test_hostile_lists_take_linear_time(unit: str) -> None:
    def work(size: int) -> None:
        text = unit * (size // len(unit))
        parse_names(text)
        full_name(split_name(text))

    assert growth(work, 25_000) < LINEAR


def test_the_lists_of_the_shared_digests_are_read_exactly() -> None:
    if not TRUTH.is_dir():
        pytest.skip("the shared digests are not here")
    for path in sorted(TRUTH.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]:
            if entry["authors_raw"]:
                expected = Names(tuple(entry["authors"]), bool(entry["et_al"]))
                assert parse_names(entry["authors_raw"]) == expected


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("He, K., Zhang, X., & Sun, J.", ("He, K.", "Zhang, X.", "Sun, J.")),
        ("LeCun, Yann, Yoshua Bengio, and Ann Bee", ("LeCun, Yann", "Yoshua Bengio", "Ann Bee")),
        ("Zhang, Ruiz, van der Berg", ("Zhang", "Ruiz", "van der Berg")),
        ("van Dam, Tim, Anna de Vries", ("van Dam, Tim", "Anna de Vries")),
        ("van Dam, Tim, et al.", ("van Dam, Tim",)),
        ("Zhang, Ruiz, Qwen Team", ("Zhang", "Ruiz", "Qwen Team")),
        ("Silver, David, et al.", ("Silver, David",)),
        ("Bee, Dee, Gee et al.", ("Bee", "Dee", "Gee")),
        ("Bee, Ann B. and Dee, Cem and others", ("Bee, Ann B.", "Dee, Cem")),
        ("OpenAI, Ann Bee, Cem Dee", ("OpenAI", "Ann Bee", "Cem Dee")),
        ("Ann Bee, Cem Dee and Eff Gee", ("Ann Bee", "Cem Dee", "Eff Gee")),
    ],
)
def test_a_last_name_keeps_the_first_name_behind_its_comma(
    text: str, people: tuple[str, ...]
) -> None:
    assert parse_names(text).people == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("OpenAI, Ann Bee", ("OpenAI", "Ann Bee")),
        ("Ann Bee et al.", ("Ann Bee",)),
        ("Gemini, Google", ("Gemini", "Google")),
        ("Hopper, Grace", ("Hopper, Grace",)),
        ("Hopper, Grace Brewster Murray", ("Hopper, Grace Brewster Murray",)),
        ("Knuth, Donald E.", ("Knuth, Donald E.",)),
        ("van der Berg, Jan", ("van der Berg, Jan",)),
        ("Álvarez, José", ("Álvarez, José",)),
        ("Łukasiewicz, Émile-Jan", ("Łukasiewicz, Émile-Jan",)),
        ("Колмогоров, Андрей", ("Колмогоров, Андрей",)),
        ("张三, 李四", ("张三", "李四")),
        ("Hopper, G., Lovelace, A.", ("Hopper, G.", "Lovelace, A.")),
        ("Hopper, Grace; Lovelace, Ada", ("Hopper, Grace", "Lovelace, Ada")),
        ("Hopper, Grace and Lovelace, Ada", ("Hopper, Grace", "Lovelace, Ada")),
        ("Ada Lovelace, Grace Hopper", ("Ada Lovelace", "Grace Hopper")),
        ("Gu and Dao", ("Gu", "Dao")),
    ],
)
def test_of_authors_a_last_name_before_the_only_comma_is_one_person(
    text: str, people: tuple[str, ...]
) -> None:
    assert parse_authors(text).people == people


def test_in_running_text_two_words_at_a_comma_are_two_names() -> None:
    assert parse_names("Stanford, Ann Bee").people == ("Stanford", "Ann Bee")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Ann Bee (ETH Zürich), Cee Dee (MIT, Google)", ("Ann Bee", "Cee Dee")),
        ("Ann Bee (Fudan University) and Cee Dee", ("Ann Bee", "Cee Dee")),
        ("Bee, Ann (UCSD); Dee, Cee (Google)", ("Bee, Ann", "Dee, Cee")),
        ("Ann Bee (Cornell\nUniversity)", ("Ann Bee",)),
        ("Tse-Hsun (Peter) Chen, Wei Li (李伟)", ("Tse-Hsun (Peter) Chen", "Wei Li (李伟)")),
        ("Rebecca Roe (Becky)", ("Rebecca Roe (Becky)",)),
        ("Ann Bee1,3, Cee Dee2* and Eve Fox3", ("Ann Bee", "Cee Dee", "Eve Fox")),
        ("owls1, owls2", ("owls1", "owls2")),
        (
            "Ann Bee2, Cee Dee, Eve Fox, Gil Hay, Ida Joy3",
            ("Ann Bee2", "Cee Dee", "Eve Fox", "Gil Hay", "Ida Joy3"),
        ),
    ],
)
def test_what_people_belong_to_is_no_part_of_their_names(
    text: str, people: tuple[str, ...]
) -> None:
    assert parse_names(text) == Names(people)


def test_an_affiliation_before_et_al_is_no_name() -> None:
    assert parse_names("Ann Bee (ASU, Amazon) et al.") == Names(("Ann Bee",), truncated=True)


def test_a_last_name_that_is_turned_round_begins_with_no_initial() -> None:
    assert parse_names("E. Agustsson, R").people == ("E. Agustsson", "R")
    assert parse_names("Agustsson, R").people == ("Agustsson, R",)
