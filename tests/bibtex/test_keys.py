"""Citation keys (rule 13): as Better BibTeX makes them, none twice, none changed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.bibtex.items import a_person, an_item, key_of, keys_of
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.keys import (
    BadFormula,
    KeySource,
    citation_keys,
    parse_formula,
    why_provisional,
)
from zoterodigest.library.records.works import read_work

KEYS = [
    ("Byron", "Attention Is All You Need", "2017", "byronAttentionAllYou2017"),
    ("Devlin", "BERT: Pre-training of Deep Transformers", "2019", "devlinBERTPretrainingDeep2019"),
    ("van der Berg", "A Study of the Web", "2020-05-01", "vanderbergStudyWeb2020"),
    ("Müller", "Über-Learning", "2021", "mullerUberLearning2021"),
    ("Søren Ærø", "One", "2021", "sorenaeroOne2021"),
    ("Weiß", "x y z Words", "2021", "weissWords2021"),
    ("Nguyễn", "3D and 2D Views", "May 2021", "nguyen3D2DViews2021"),
    ("O'Brien", "It's On/Off: Now", "2021", "obrienItsNow2021"),
    ("Bar-Joseph", "Text-to-Image", "2021", "bar-josephTexttoImage2021"),
    ("Li", "PixArt-$α$: Fast Training", "2023", "liPixArtaFastTraining2023"),
    ("Li", "$f$-divergence GANs", "2023", "lifdivergenceGANs2023"),
    ("Li", '<i>E. coli</i> "Growth"', "2023", "liColiGrowth2023"),
    ("Li", r"Schr\"odinger {Bridges}", "2023", "liSchrodingerBridges2023"),
    ("张", "中文 Title", "2023", "zhangZhongWenTitle2023"),
    ("Иванов", "Теория", "2023", "ivanovTeoriya2023"),
    ("King, Jr.", "A Dream", "1963", "kingDream1963"),
    ("Li", "100% {R&D}, #1 (~x) = y\\z", "2023", "li100RD12023"),
]


@pytest.mark.parametrize(("last", "title", "date", "key"), KEYS)
def test_a_key_is_made_of_author_title_and_year(last: str, title: str, date: str, key: str) -> None:
    found = key_of(creators=[a_person(last, "Ada")], title=title, date=date)

    assert found.lower() == key.lower()
    assert found.isascii()


@pytest.mark.parametrize(
    ("formula", "key"),
    [
        ("auth + year", "Byron2024"),
        ("auth.upper + '_' + shortyear", "BYRON_24"),
        ("auth(3).lower + veryshorttitle + year", "byrTitle2024"),
        ("authEtAl + year", "ByronKing2024"),
        ("authors(1).lower + title", "byronetalATitleofMine"),
        ("shorttitle(1,1).lower", "title"),
    ],
)
def test_another_formula_makes_other_keys(formula: str, key: str) -> None:
    creators = [a_person("Byron", "Ada"), a_person("King", "Ed")]

    found = key_of(formula, creators=creators, title="A Title of Mine")

    assert found.lower() == key.lower()


@pytest.mark.parametrize("formula", ["author", "auth.shout", "auth -- year", "auth +", "auth(x)"])
def test_a_formula_that_cannot_be_read_is_an_error(formula: str) -> None:
    with pytest.raises(BadFormula, match="cannot be read at"):
        parse_formula(formula)


@pytest.mark.parametrize(("number", "key"), [(1, "Byron"), (2, "ByronKing"), (3, "ByronEtAl")])
def test_the_first_of_many_authors_is_named(number: int, key: str) -> None:
    creators = [a_person(name, "A.") for name in ("Byron", "King", "Lee")[:number]]

    assert key_of("authEtAl", creators=creators).lower() == key.lower()


def test_the_editors_or_the_body_are_named_where_there_is_no_author() -> None:
    assert key_of(creators=[a_person("Ed", "It", "editor")], title="Book") == "edBook2024"
    assert key_of(creators=[a_person("DeepMind and Google")], title="Book") == (
        "deepmindandgoogleBook2024"
    )


def test_clashes_get_letters_without_regard_to_case() -> None:
    items = [an_item(title=title) for title in ("GAN", "Gan", "gan")]

    keys = [key.text for key in keys_of(*items)]

    assert sorted(key.lower() for key in keys) == ["byrongan2024", "byrongan2024a", "byrongan2024b"]


def test_after_z_comes_aa() -> None:
    keys = keys_of(*(an_item(url=f"https://e.f/{number}") for number in range(30)))

    assert {"byronTitle2024z", "byronTitle2024aa"} <= {key.text for key in keys}


def test_a_letter_never_makes_another_ones_key() -> None:
    twins = [an_item(title="Foo", date="2024", url=url) for url in ("u", "v")]
    other = an_item(citationKey="byronFoo2024a")

    keys = [key.text for key in keys_of(*twins, other)]

    assert sorted(keys) == ["byronFoo2024", "byronFoo2024a", "byronFoo2024b"]
    assert keys[2] == "byronFoo2024a"


def test_a_new_key_is_none_of_those_taken_and_a_stated_one_stays() -> None:
    rules = bib_rules()
    items = [an_item(key="A", citationKey="byronTitle2024b"), an_item(key="B"), an_item(key="C")]
    works = [read_work(data, rules) for data in items]

    keys = citation_keys(
        works,
        parse_formula(rules.key_formula),
        rules,
        fixed={"C": "byronTitle2024"},
        taken={"BYRONTITLE2024", "byrontitle2024a", "byronTitle2024B"},
    )

    assert [key.text for key in keys] == ["byronTitle2024b", "byronTitle2024c", "byronTitle2024"]


def test_a_key_that_stands_somewhere_is_kept() -> None:
    native = an_item(key="A", citationKey="Mine:2024", extra="Citation Key: other")
    extra = an_item(key="B", extra="Comment: x\nCitation Key: fromExtra")
    earlier = an_item(key="C")

    keys = keys_of(native, extra, earlier, fixed={"A": "no", "B": "no", "C": "earlier"})

    assert [(key.text, key.source) for key in keys] == [
        ("Mine:2024", KeySource.NATIVE),
        ("fromExtra", KeySource.EXTRA),
        ("earlier", KeySource.FIXED),
    ]


def test_of_two_items_with_one_key_the_second_gets_a_letter_and_says_so() -> None:
    keys = keys_of(an_item(key="A", citationKey="same"), an_item(key="B", citationKey="Same"))

    assert {key.text.lower() for key in keys} == {"same", "samea"}
    assert len([key for key in keys if key.stated]) == 1


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ("a b{c}", "abc"),
        ("müller", "muller"),
        ("x,y=z", "xyz"),
        ("{}", "item"),
        ("a~b#c%d", "abcd"),
        ("a@b", "ab"),
        ("a\\b'c\"d", "abcd"),
    ],
)
def test_a_key_no_bib_can_hold_is_made_safe(stated: str, key: str) -> None:
    (found,) = keys_of(an_item(citationKey=stated))

    assert (found.text, found.stated) == (key, stated)


@pytest.mark.parametrize(
    "stated", ["a^b", "a_b", "a$b", "a+b", "a&b", "a:b/c.d-e", "a*b!c?", "a|b"]
)
def test_a_key_that_tex_can_read_stays_as_it_is(stated: str) -> None:
    (found,) = keys_of(an_item(citationKey=stated))

    assert (found.text, found.stated) == (stated, "")


@pytest.mark.parametrize(
    ("last", "key"), [("x^y_z+w", "x^y_z+wTitle2024"), ("a$b&c", "abcTitle2024")]
)
def test_a_new_key_has_the_signs_that_better_bibtex_leaves(last: str, key: str) -> None:
    assert key_of(creators=[a_person(last, "Ada")]) == key


PROVISIONAL: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    ({"creators": []}, True),
    ({"date": ""}, True),
    ({"date": "n.d."}, True),
    ({"creators": [a_person("ChenDY"), a_person("Byron", "Ada")]}, True),
    ({"creators": [a_person("yonatanbitton")]}, True),
    ({"creators": [a_person("OpenAI")]}, False),
    ({"creators": [a_person("Black Forest Labs")]}, False),
    ({"creators": [], "citationKey": "fixed"}, False),
    ({"date": "", "archiveID": "arXiv:2103.00020", "itemType": "preprint"}, False),
]


@pytest.mark.parametrize(("data", "is_provisional"), PROVISIONAL)
def test_a_key_is_provisional_while_authors_or_year_are_missing(
    data: dict[str, Any], is_provisional: bool
) -> None:
    (found,) = keys_of(an_item() | data)

    assert found.is_provisional is is_provisional


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, ""),
        ({"creators": []}, "no author"),
        ({"date": "soon"}, "no year"),
        ({"creators": [], "date": ""}, "no author and no year"),
        ({"creators": [a_person("ChenDY")]}, "an author is a user name"),
    ],
)
def test_it_is_said_why_a_key_is_provisional(data: dict[str, Any], reason: str) -> None:
    assert why_provisional(read_work(an_item(**data), bib_rules())) == reason


def some_items(count: int) -> list[dict[str, Any]]:
    """Return items of few authors, words and years, so that their keys clash."""
    chance = random.Random(7)
    words = ["Deep", "Learning", "of", "GANs", "Gans", "for", "3D", "Über", "Zero-shot", "$L_0$"]
    lasts = ["Li", "li", "Müller", "Muller", "van Berg", "张", "O'Hara", "Oharа"]
    return [
        an_item(
            key=f"K{number:07}",
            title=" ".join(chance.choices(words, k=3)),
            creators=[a_person(chance.choice(lasts), "A.")],
            date=str(chance.choice([2023, 2024])),
        )
        for number in range(count)
    ]


def test_ten_thousand_records_have_ten_thousand_keys_in_whatever_order() -> None:
    items = some_items(10_000)
    shuffled = random.Random(1).sample(items, len(items))

    keys = {item["key"]: key.text for item, key in zip(items, keys_of(*items), strict=True)}
    again = {item["key"]: key.text for item, key in zip(shuffled, keys_of(*shuffled), strict=True)}

    assert len({key.lower() for key in keys.values()}) == 10_000
    assert keys == again


def test_fixed_keys_survive_every_edit() -> None:
    items = some_items(500)
    fixed = {item["key"]: key.text for item, key in zip(items, keys_of(*items), strict=True)}
    edited = [item | {"title": "Other", "date": "1999", "creators": []} for item in items]

    keys = keys_of(*some_items(900)[500:], *edited, fixed=fixed)

    assert [key.text for key in keys[400:]] == [fixed[item["key"]] for item in items]
    assert len({key.text.lower() for key in keys}) == 900
