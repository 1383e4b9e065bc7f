"""A new entry has a citation key where the entries around have theirs."""

from __future__ import annotations

import pytest

from tests.digest.corpus import new_lines
from zoterodigest.core.values.record import CITEKEY, Fields, Names

BEHIND = (
    "- {0} & Doe ({1}). *A title of paper {2}*. CVPR."
    " [arXiv:200{2}.00001](https://arxiv.org/abs/200{2}.00001){3}\n"
)
NEW: Fields = {
    "title": "A New Paper",
    "authors": Names(("Zoë Çelik", "Ann Roe")),
    "year": "2024",
    "venue": "ICML",
    "arxiv": "2401.00001",
}
WRITTEN = "- Çelik & Roe (2024). *A New Paper*. ICML. [arXiv:2401.00001](https://arxiv.org/abs/2401.00001)"


@pytest.mark.parametrize(
    ("keys", "fields", "key"),
    [
        (("abt2020", "bo2021", "cox2022x"), NEW, " [@celik2024]"),
        (("abt2020", "bo2021", "celik2024"), NEW, " [@celik2024b]"),
        (("abt2020", "bo2021", "cox2022"), {**NEW, CITEKEY: "mine"}, " [@mine]"),
        (("one", "two", "three"), NEW, ""),
        (("one", "two", "three"), {**NEW, CITEKEY: "mine"}, " [@mine]"),
        (("abt2020", "", ""), NEW, ""),
        (("one", "two", "three"), {**NEW, CITEKEY: "a](https://b.example.org) [c"}, ""),
        (("one", "two", "three"), {**NEW, CITEKEY: "a] [@b"}, ""),
    ],
    ids=[
        "made",
        "taken",
        "its own",
        "made in another way",
        "its own, too",
        "few have one",
        "brackets",
        "another key",
    ],
)
def test_a_new_entry_has_its_key_behind_where_most_have_theirs(
    keys: tuple[str, ...], fields: Fields, key: str
) -> None:
    lines = [
        BEHIND.format(name, 2020 + at, at + 1, f" [@{it}]" if it else "")
        for at, (name, it) in enumerate(zip(("Abt", "Bo", "Cox"), keys, strict=True))
    ]

    new = new_lines("".join(lines), fields)

    assert new == WRITTEN + key


def test_a_new_entry_has_its_key_in_front_where_most_have_theirs() -> None:
    line = (
        "- [@{0}{1}]: {2}, A., & Doe, J. ({1}). A title of the paper on {2}. *CVPR*."
        " arXiv:200{3}.00001\n"
    )
    names = ("Abt", "Bo", "Cox")
    lines = [line.format(it.lower(), 2020 + at, it, at + 1) for at, it in enumerate(names)]

    new = new_lines("".join(lines), NEW)

    assert (
        new == "- [@celik2024]: Çelik, Z., & Roe, A. (2024). A New Paper. *ICML*. arXiv:2401.00001"
    )
