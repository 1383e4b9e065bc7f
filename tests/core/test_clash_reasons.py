"""A conflict says why it is one: not always did both ends change."""

from __future__ import annotations

import pytest

from zoterodigest.core.links.link import Base, print_of
from zoterodigest.core.links.merge import Clash, ClashReason, FieldEnds, merge_result
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import EMPTY, Names, Value, value_parts

WHOLE = Names(("Wei Zhang", "Li Zhang", "Bo Xu"))


@pytest.mark.parametrize(
    ("name", "then", "entry", "item", "why"),
    [
        ("title", "Soup", "Soup!", "Hot soup", ClashReason.BOTH_CHANGED),
        ("title", "Soup", EMPTY, "Soup", ClashReason.TITLE_CLEARED),
        ("doi", "10.1/a", "10.1/a", EMPTY, ClashReason.IDENTIFIER_CLEARED),
        ("authors", WHOLE, Names(("Zhang",), are_short=True), WHOLE, ClashReason.DOUBTFUL_NAME),
    ],
)
def test_a_conflict_has_the_reason_for_which_nothing_is_written(
    name: str, then: Value, entry: Value, item: Value, why: ClashReason
) -> None:
    raw_then, raw_entry, raw_item = ("; ".join(value_parts(one)) for one in (then, entry, item))
    base = Base(print_of(raw_then, then), print_of(raw_then, then))

    result = merge_result(
        FieldEnds(name, entry, item, raw_entry, raw_item), base, Folding(), was_apart=False
    )

    assert result == Clash(why=why)
