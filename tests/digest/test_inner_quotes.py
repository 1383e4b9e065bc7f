"""Titles in quotation marks that quote something themselves."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import is_empty
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry, RemovedEntry

LINE = "* {}, Limin Wang and Yu Qiao, *CVPR 2023*. [[Paper](https://arxiv.org/abs/2303.16722)]"
ABOVE = LINE.replace("22)", "21)").format('"Scaling Video Masked Autoencoders"')
TITLES = [
    '""Scaling" Works"',
    '"Why "Scaling" Works"',
    '"What Is "Scaling"?"',
    '"“Scaling” Works"',
    '"What Is “Scaling”"',
    "\"Why 'Scaling' Works\"",
    '"Why «Scaling» Works"',
    '“Why "Scaling" Works”',
    "“Why “Scaling” Works”",
    '‘Why "Scaling" Works’',
    '„Warum "Scaling" Hilft“',
    "„Warum ‚Scaling‘ Hilft“",
    "«Pourquoi “Scaling” Marche»",
    "《关于“Scaling”的研究》",
]


def a_list(*lines: str) -> Document:
    return read("\n".join(("# Papers", "", *lines, "")).encode())


@pytest.mark.parametrize("quoted", TITLES)
def test_a_title_with_a_quotation_in_it_is_read_and_edited(quoted: str) -> None:
    before = a_list(ABOVE, LINE.format(quoted))
    title = quoted[1:-1]
    asked = title.replace("Scaling", "Growing Up") + " Again"

    edited = put_digest(before, {1: {"title": asked}}, read)

    entry = before.entries[1]
    assert (entry.title, entry.reading.fields["venue"]) == (title, "CVPR")
    assert edited.refusals == ()
    assert edited.source == before.source.replace(title.encode(), asked.encode())


@pytest.mark.parametrize("quoted", TITLES)
def test_a_title_with_a_quotation_in_it_comes_back_as_a_new_entry(quoted: str) -> None:
    title = quoted[1:-1]
    before = a_list(ABOVE, LINE.format(f'"{title}"'))
    entry, path = before.entries[1], before.core_entry_at(1).heading_keys
    fields = {name: value for name, value in entry.reading.fields.items() if not is_empty(value)}

    without = rearrange(before, [RemovedEntry(1)], read).document
    outcome = rearrange(without, [NewEntry("new", path, fields)], read)

    assert outcome.refusals == ()
    assert read(outcome.source).entries[outcome.origins.index("new")].title == title


@pytest.mark.parametrize("quoted", ['"It\'s a 5" World"', '"Why "Scaling" Works'])
def test_a_quotation_mark_without_another_ends_no_title(quoted: str) -> None:
    assert [it.title for it in a_list(ABOVE, LINE.format(quoted)).entries] == [
        "Scaling Video Masked Autoencoders"
    ]


@pytest.mark.parametrize("behind", [', Limin Wang, "CVPR 2023"', '. In "Notes", 2023'])
def test_a_second_quoted_text_is_no_part_of_the_title(behind: str) -> None:
    line = f'* "Scaling Works"{behind}. [[Paper](https://arxiv.org/abs/2303.16722)]'

    assert a_list(ABOVE, line).entries[1].title == "Scaling Works"
