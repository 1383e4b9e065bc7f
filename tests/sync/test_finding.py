"""What a person types leads to the item that is meant, or to a list, never to a guess."""

from __future__ import annotations

import pytest

from tests.builders import an_item
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import NotInLibrary
from zoterodigest.sync.items.finding import SeveralItems, item_meant, items_filtered, items_meant


def no_keys() -> dict[str, str]:
    return {}


def not_read() -> dict[str, str]:
    raise AssertionError("what takes long is asked only for what nothing else has")


def by(*names: str) -> list[dict[str, str]]:
    return [{"creatorType": "author", "firstName": "A.", "lastName": name} for name in names]


ITEMS = (
    an_item(
        "AAAA2222",
        title="Attention Is All You Need",
        creators=by("Vaswani", "Shazeer"),
        date="2017",
        citationKey="vaswani2017attention",
        url="https://arxiv.org/abs/1706.03762",
    ),
    an_item(
        "BBBB2222",
        title="Is Attention Better?",
        creators=by("Müller"),
        DOI="10.1109/5.771073",
        extra="Citation Key: Mueller2021",
    ),
    an_item("CCCC2222", title="All You Need Is Déjà Vu", url="https://papers.example.org/vu"),
    an_item(
        "DDDD2222",
        itemType="attachment",
        linkMode="linked_url",
        parentItem="CCCC2222",
        url="https://github.com/deja/vu",
    ),
    an_item("EEEE2222", title="Attention in the Trash", deleted=1, citationKey="old2017"),
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AAAA2222", "AAAA2222"),
        ("aaaa2222", "AAAA2222"),
        ("EEEE2222", "EEEE2222"),
        ("zotero://select/library/items/BBBB2222", "BBBB2222"),
        ("https://www.zotero.org/somebody/items/CCCC2222/collection/XYZ", "CCCC2222"),
        ("vaswani2017attention", "AAAA2222"),
        ("@Vaswani2017Attention", "AAAA2222"),
        ("mueller2021", "BBBB2222"),
        ("1706.03762", "AAAA2222"),
        ("arXiv:1706.03762v5", "AAAA2222"),
        ("https://arxiv.org/pdf/1706.03762", "AAAA2222"),
        ("10.1109/5.771073", "BBBB2222"),
        ("https://doi.org/10.1109/5.771073", "BBBB2222"),
        ("https://papers.example.org/vu", "CCCC2222"),
        ("https://github.com/deja/vu", "CCCC2222"),
        ("attention is all you need", "AAAA2222"),
        ("ATTENTION ALL", "AAAA2222"),
        ("deja vu", "CCCC2222"),
    ],
)
def test_an_item_is_found_by_all_that_names_it_in_any_case(name: str, key: str) -> None:
    assert item_meant(ITEMS, name, not_read).key == key


@pytest.mark.parametrize("name", ["attention", "is all you need", "IS"])
def test_of_several_items_none_is_guessed(name: str) -> None:
    with pytest.raises(SeveralItems) as raised:
        item_meant(ITEMS, name, not_read)

    assert len(raised.value.items) == len(raised.value.choices) > 1
    assert raised.value.exit_code == 6


def test_several_items_are_listed_with_their_keys() -> None:
    with pytest.raises(SeveralItems, match="2 items fit “attention”") as raised:
        item_meant(ITEMS, "attention", not_read)

    assert raised.value.choices == (
        "AAAA2222  Attention Is All You Need (Vaswani, 2017)",
        "BBBB2222  Is Attention Better? (Müller)",
    )


@pytest.mark.parametrize("name", ["", "?", "atten", "old2017", "trash", "vaswani", "@", "9999.1"])
def test_nothing_is_found_by_less_than_a_word_an_author_alone_or_in_the_trash(name: str) -> None:
    assert items_meant(ITEMS, name) == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("vaswani2017atention", "vaswani2017attention"),
        ("Hoper2021", "hopper2021"),
        ("AAAB2222", "AAAA2222"),
        ("atention betr", "“attention better”"),
    ],
)
def test_who_mistypes_gets_what_is_meant(name: str, meant: str) -> None:
    keys = {"vaswani2017attention": "AAAA2222", "hopper2021": "CCCC2222"}

    with pytest.raises(NotInLibrary) as raised:
        item_meant(ITEMS, name, lambda: keys)

    assert raised.value.hint == f"Did you mean {meant}?"


@pytest.mark.parametrize("name", ["shazer", "atention vu", "trsh", "EEEE2223", "?"])
def test_nothing_is_meant_that_would_not_be_found(name: str) -> None:
    with pytest.raises(NotInLibrary) as raised:
        item_meant(ITEMS, name, dict)

    assert raised.value.hint.startswith("`zoterodigest ls WORD` lists items")


def test_a_citation_key_that_only_a_bib_has_leads_to_its_item() -> None:
    read = {"DejaVu2020": "CCCC2222"}

    assert item_meant(ITEMS, "@dejavu2020", lambda: read).key == "CCCC2222"
    with pytest.raises(NotInLibrary):
        item_meant(ITEMS, "dejavu2020", no_keys)


def test_a_citation_key_as_it_is_written_goes_before_one_of_another_case() -> None:
    twins = [an_item("AAAA2222", citationKey="Ho2020"), an_item("BBBB2222", citationKey="ho2020")]

    assert item_meant(twins, "ho2020", not_read).key == "BBBB2222"
    with pytest.raises(SeveralItems):
        item_meant(twins, "HO2020", not_read)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["atten"], ["AAAA2222", "BBBB2222"]),
        (["atten", "muller"], ["BBBB2222"]),
        (["attention better"], ["BBBB2222"]),
        (["shaz"], ["AAAA2222"]),
        (["1706.03762"], ["AAAA2222"]),
        (["BBBB2222"], ["BBBB2222"]),
        (["you", "deja"], ["CCCC2222"]),
        (["nothing"], []),
        ([], ["AAAA2222", "BBBB2222", "CCCC2222"]),
    ],
)
def test_words_filter_by_the_beginnings_of_words_of_titles_and_names(
    words: list[str], keys: list[str]
) -> None:
    found: list[LibraryItem] = items_filtered(ITEMS, words)

    assert [one.key for one in found] == keys


def test_a_word_that_fits_nothing_may_be_a_citation_key_of_the_project() -> None:
    asked: list[str] = []

    def read_keys() -> dict[str, str]:
        asked.append("keys")
        return {"Nobody2000": "CCCC2222"}

    assert [one.key for one in items_filtered(ITEMS, ["atten"], read_keys)] != []
    assert asked == []
    assert [one.key for one in items_filtered(ITEMS, ["@nobody2000"], read_keys)] == ["CCCC2222"]
    assert items_filtered(ITEMS, ["atten", "nobody2000"], read_keys) == []
