"""Short names: which ones agree with a whole name, how they are written, and whom they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.links.view import Folding, as_shown, equal, for_item, is_doubtful
from zoterodigest.core.values.record import Names
from zoterodigest.core.values.short_names import (
    NameForm,
    ShortStyle,
    form_of,
    is_short_for,
    is_short_list,
    made_whole,
    shortened,
    style_of,
)

WHOLE = (
    "Wei Zhang", "Li Zhang", "Jia-Kai Zhang", "Anna Maria Ruiz", "Luc Van Gool", "Ibn Sato",
    "Aäron van den Oord", "Émile Dupont", "Ian O'Neill", "Jean-Luc Martin-Brualla",
)  # fmt: skip


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("Zhang", "Wei Zhang"), ("W. Zhang", "Wei Zhang"), ("Zhang, W.", "Wei Zhang"),
        ("W Zhang", "Wei Zhang"), ("Zhang W", "Wei Zhang"), ("Ruiz AM", "Anna Maria Ruiz"),
        ("A. Ruiz", "Anna Maria Ruiz"), ("A. M. Ruiz", "Anna Maria Ruiz"),
        ("A.M. Ruiz", "Anna M. Ruiz"), ("J.-K. Zhang", "Jia-Kai Zhang"),
        ("JK Zhang", "Jia-Kai Zhang"),
        ("van den Oord", "Aäron van den Oord"), ("Van Gool", "Luc Van Gool"),
        ("Martin-Brualla", "Ricardo Martin-Brualla"), ("É. Dupont", "Émile Dupont"),
    ],
)  # fmt: skip
def test_a_short_name_agrees(short: str, whole: str) -> None:
    assert is_short_for(short, whole)


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("Zhang", "Wei Zheng"), ("L. Zhang", "Wei Zhang"), ("W. L. Zhang", "Wei Zhang"),
        ("Zhang", "Zhang Wei"), ("Wei", "Wei Zhang"), ("Oord", "Aäron van den Oord"),
        ("Wen Zhang", "Wei Zhang"), ("Zhang", "Zhang Lab"), ("DeepMind", "Google DeepMind"),
        ("A. C. Ruiz", "Anna Maria Ruiz"), ("Muller", "Max Müller"), ("Zhang", "Zhang"),
    ],
)  # fmt: skip
def test_a_short_name_of_somebody_else_does_not_agree(short: str, whole: str) -> None:
    assert not is_short_for(short, whole)


@pytest.mark.parametrize(
    ("people", "form"),
    [
        (("Zhang", "van den Oord", "Van Gool"), NameForm.LAST),
        (("W. Zhang", "Li, K."), NameForm.INITIALS),
        (("Zhang WK", "Li K"), NameForm.INITIALS),
        (("Zhang", "OpenAI"), NameForm.LAST),
        (("Wei Zhang", "Bo Li"), NameForm.WHOLE),
        (("Zhang", "Bo Li"), None),
        (("W. Zhang", "Li"), None),
        (("张三", "李四"), NameForm.WHOLE),
        (("slysun", "l-li"), None),
        ((), None),
    ],
)  # fmt: skip
def test_a_list_of_names_has_a_form_if_all_have_it(
    people: tuple[str, ...], form: NameForm | None
) -> None:
    assert form_of(people) is form


@pytest.mark.parametrize(
    ("samples", "written"),
    [
        ([("Doe", "Roe")], ("Zhang", "Ruiz", "Van Gool")),
        ([("J. Doe", "R. Roe")], ("W. Zhang", "A. Ruiz", "L. Van Gool")),
        ([("J. K. Doe", "R. Roe")], ("W. Zhang", "A. M. Ruiz", "L. Van Gool")),
        ([("J.K. Doe", "R. Roe")], ("W. Zhang", "A.M. Ruiz", "L. Van Gool")),
        ([("JK Doe", "R Roe")], ("W Zhang", "AM Ruiz", "L Van Gool")),
        ([("Doe JK", "Roe R")], ("Zhang W", "Ruiz AM", "Van Gool L")),
    ],
)
def test_names_are_spelled_as_others_are(
    samples: list[tuple[str, ...]], written: tuple[str, ...]
) -> None:
    whole = ("Wei Zhang", "Anna Maria Ruiz", "Luc Van Gool")

    assert tuple(shortened(it, style_of(samples)) for it in whole) == written


@pytest.mark.parametrize(
    ("shown", "held", "found"),
    [
        (("Zhang", "Xu"), ("Wei Zhang", "Bo Xu"), ("Wei Zhang", "Bo Xu")),
        (("Xu", "Zhang"), ("Wei Zhang", "Bo Xu"), ("Bo Xu", "Wei Zhang")),
        (("Zhang", "Li", "Xu"), ("Wei Zhang", "Bo Xu"), ("Wei Zhang", "Li", "Bo Xu")),
        (("Zhang", "Zhang"), ("Wei Zhang", "Li Zhang"), ("Wei Zhang", "Li Zhang")),
        (("Xu", "Zhang", "Zhang"), ("Wei Zhang", "Li Zhang"), ("Xu", "Wei Zhang", "Li Zhang")),
        (("W. Zhang",), ("Wei Zhang", "Li Zhang"), ("Wei Zhang",)),
        (("Zhang",), ("Wei Zhang", "Li Zhang"), None),
        (("Zhang", "Zhang"), ("Wei Zhang",), None),
        (("Xu", "Zhang"), ("Wei Zhang", "Li Zhang"), None),
        (("Xu", "Bo Xu"), ("Bo Xu", "Al Xu"), ("Al Xu", "Bo Xu")),
        (("Ruiz", "Wei Zhang"), ("Wei Zhang", "Ana Ruiz"), ("Ana Ruiz", "Wei Zhang")),
        (("Zhang",), ("Zhang", "Wei Zhang"), None),
    ],
)
def test_a_short_name_means_the_one_person_that_it_can_mean(
    shown: tuple[str, ...], held: tuple[str, ...], found: tuple[str, ...] | None
) -> None:
    assert made_whole(Names(shown, are_short=True), held) == found


def test_who_is_certain_keeps_the_whole_name_beside_one_who_is_not() -> None:
    shown, held = Names(("Xu", "Zhang"), are_short=True), Names(("Wei Zhang", "Li Zhang", "Bo Xu"))

    assert is_doubtful(shown, held)
    assert for_item(shown, held) == Names(("Bo Xu", "Zhang"))


HELD = st.lists(st.sampled_from(WHOLE), min_size=1, max_size=6, unique=True).map(tuple)
STYLES = st.sampled_from(
    [("Doe",), ("J. Doe",), ("J. K. Doe",), ("J.K. Doe",), ("JK Doe",), ("Doe JK",)]
).map(lambda sample: style_of([sample]))


@given(HELD, STYLES, st.data())
def test_what_a_short_list_shows_is_in_sync_and_its_edits_keep_whole_names(
    held: tuple[str, ...], style: ShortStyle, data: st.DataObject
) -> None:
    short = tuple(shortened(it, style) or it for it in held)
    count = data.draw(st.integers(1, len(held)))
    shown = Names(short[:count], count < len(held), are_short=is_short_list(short[:count]))
    folding = Folding()

    if not shown.are_short:
        return
    assert equal("authors", shown, Names(held), folding)
    assert for_item(shown, Names(held)) == Names(held)

    newcomer = shortened("Nora Newman", style) or "Newman"
    edited = data.draw(st.permutations([*shown.people, newcomer]).map(lambda it: it[:-1] or it))
    after = Names(tuple(edited), shown.truncated, are_short=is_short_list(tuple(edited)))
    if not after.are_short or is_doubtful(after, Names(held)):
        return
    sent = for_item(after, Names(held))
    # The edit arrives, and whoever is still there has the whole name.
    assert isinstance(sent, Names)
    assert equal("authors", after, sent, folding)
    assert as_shown("authors", after, sent, folding) == after
    assert set(sent.people[: len(edited)]) <= {*held, newcomer}
