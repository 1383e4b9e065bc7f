"""Works as CSL items: what a field of the item means in the variables of CSL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bibtex.items import BIBLATEX, a_paper, a_person, an_item
from zoterodigest.bibtex.export.csljson import to_csl
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.library.records.works import read_work


def csl_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the CSL item of an item."""
    rules = bib_rules()
    return to_csl(read_work(data, rules), "key", BIBLATEX, rules)


CASES: list[tuple[dict[str, Any], str, Any]] = [
    (an_item(date="June 18-22, 2023"), "issued", {"date-parts": [[2023, 6, 18], [2023, 6, 22]]}),
    (
        an_item("webpage", url="https://a.b", accessDate="2023-06-05T01:02:03Z"),
        "accessed",
        {"date-parts": [[2023, 6, 5]]},
    ),
    (an_item("book", publisher="P", accessDate="2023-06-05"), "accessed", None),
    (an_item(DOI="https://doi.org/10.1002/(SICI)1%3C1::A%3E3"), "DOI", "10.1002/(SICI)1<1::A>3"),
    (an_item("book", extra="DOI: 10.1/X"), "DOI", "10.1/X"),
    (an_item("book", ISBN="978-0-387-31073-2 0-387-31073-8"), "ISBN", "978-0-387-31073-2"),
    (an_item("book", edition="Second Edition"), "edition", "2"),
    (an_item("book", series="S", seriesNumber="7700"), "collection-number", "7700"),
    (an_item("computerProgram", versionNumber="4.30"), "version", "4.30"),
    (an_item("dataset", repository="Zenodo"), "publisher", "Zenodo"),
    (an_item("podcast", seriesTitle="Some Cast"), "container-title", "Some Cast"),
    (an_item("presentation", meetingName="CVPR 2022"), "event-title", "CVPR 2022"),
    (an_item("patent", patentNumber="US 1"), "number", "US 1"),
    (an_item("standard", number="ISO 1"), "type", "standard"),
    (an_item(publicationTitle="J", date="in press"), "status", "in press"),
    (an_item(publicationTitle="J", issue="1"), "issue", "1"),
    (an_item(title="Masked Things", shortTitle="MT"), "title-short", "MT"),
    (an_item(title="Masked Things: A View", shortTitle="Masked Things"), "title-short", None),
    (
        a_paper(proceedingsTitle="Computer Vision – ECCV 2024", date="2025"),
        "container-title",
        "Computer Vision – ECCV 2024",
    ),
    (
        an_item(creators=[a_person("Byron", "Ada"), a_person("al.", "et")]),
        "author",
        [{"family": "Byron", "given": "Ada"}],
    ),
    (an_item(title="E\ufb03cient “A \\ B” of Don’t"), "title", "Efficient “A \\ B” of Don't"),
]


@pytest.mark.parametrize(("item", "name", "value"), CASES)
def test_a_variable_of_csl_says_what_the_item_says(
    item: dict[str, Any], name: str, value: Any
) -> None:
    assert csl_of(item).get(name) == value
