"""What the history keeps of a run."""

from __future__ import annotations

from tests.growth import MORE_CALLS, growth_of_calls
from zoterodigest.core.links.link import Exported, LockFile
from zoterodigest.core.plan.history import changed_links
from zoterodigest.core.values.file_keys import BibKey


def exported(number: int, item: str) -> tuple[Exported, ...]:
    return tuple(Exported(BibKey("refs.bib"), f"key{one}", item) for one in range(number))


def test_only_the_entries_of_a_bib_that_an_export_changed_are_kept() -> None:
    kept, (old,), (new,) = exported(3, "ITEM2345"), exported(1, "OLD22222"), exported(1, "NEW22222")

    before, after = changed_links(
        LockFile(exported=(old, *kept[1:])), LockFile(exported=(new, *kept[1:]))
    )

    assert (before.exported, after.exported) == ((old,), (new,))


def test_comparing_the_entries_of_a_bib_costs_more_in_proportion_to_their_number() -> None:
    def compare(number: int) -> None:
        links = [LockFile(exported=exported(number, "ITEM2345")) for _ in range(2)]
        assert changed_links(links[0], links[1]) == (LockFile(), LockFile())

    assert growth_of_calls(compare, 100) < MORE_CALLS
