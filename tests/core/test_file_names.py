"""Names of files for papers are safe on every system."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoterodigest.core.values.file_names import LONGEST_PATH, file_name, folded_file_name, free_name

TITLE = "{title}.md"


def _titled(title: str, pattern: str = TITLE) -> str:
    return file_name(pattern, {"title": title})


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("VMAE: A Study of <i>E. coli</i>", "VMAE - A Study of E. coli"),
        ("Input/Output and AC/DC?", "Input-Output and AC-DC"),
        ('What is "it"? *An* answer', "What is it An answer"),
        ("C# and [brackets] ^ | #tag", "C and brackets tag"),
        (" . hidden and et al. ", "hidden and et al"),
        ("con", "con_"),
        ("NUL.txt or not", "NUL_.txt or not"),
        ("Com1", "Com1_"),
        ("Context", "Context"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("left\u202eright\u0000zero\u200bwidth\ud800", "leftrightzerowidth"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("日本語：説明", "日本語：説明"),
    ],
)
def test_what_a_title_is_called(title: str, name: str) -> None:
    assert _titled(title) == f"{name}.md"


def test_patterns_take_the_values_that_a_paper_has() -> None:
    paper = {"citekey": "smith:2020", "title": "On It", "authors": "Smith et al.", "year": ""}

    assert file_name("@{citekey}.md", paper) == "@smith_2020.md"
    assert file_name("{authors} {year} {title}.md", paper) == "Smith et al. On It.md"
    assert file_name("{title} ({year}).md", paper) == "On It ().md"
    assert file_name("{year}.md", paper) == ""
    assert file_name("@{citekey}.md", {"citekey": "?"}) == ""


def test_the_longest_value_is_cut_first() -> None:
    name = file_name("{title} {citekey}.md", {"title": "ab " * 100, "citekey": "key2020"}, "Papers")

    assert name.startswith("ab ab ")
    assert name.endswith(" key2020.md")
    assert len(f"Papers/{name}") <= LONGEST_PATH


texts = st.text(
    st.characters()
    | st.sampled_from('\\/:*?"<>|#^[]. \u0301\u200dé\u212a')
    | st.sampled_from("CONul1"),
    max_size=90,
)
long_texts = texts | texts.map(lambda text: text * 9)
patterns = st.sampled_from(
    [TITLE, "@{citekey}.md", "{authors} {year} {title}.md", "{title}-{year}.md"]
)
FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]')


@given(long_texts, long_texts, patterns, st.sampled_from(["", "Papers", "Ü" * 60, "x" * 230]))
@example("x" * 300, "e\u0301" * 200, TITLE, "")
@example("", "NUL", "{authors} {year} {title}.md", "x" * 230)
@example("con" + "." * 300 + "x", "", TITLE, "")
def test_every_name_is_safe(one: str, other: str, pattern: str, folder: str) -> None:
    name = file_name(
        pattern, {"title": one, "citekey": other, "authors": other, "year": "2020"}, folder
    )

    if name:
        stem = name.removesuffix(".md")
        assert not FORBIDDEN.search(name)
        assert stem == stem.strip(". ") != ""
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", stem.partition(".")[0])
        assert unicodedata.is_normalized("NFC", name)
        assert len(f"{folder}/{name}".encode()) <= LONGEST_PATH


@given(long_texts)
def test_a_safe_name_stays_as_it_is(title: str) -> None:
    name = _titled(title)

    assert not name or _titled(name.removesuffix(".md")) == name


@given(texts, st.lists(texts, max_size=4))
def test_a_new_name_is_that_of_no_file_on_any_system(title: str, others: list[str]) -> None:
    name = _titled(title) or "x.md"
    present = [unicodedata.normalize("NFD", name.upper()), *others]

    free = free_name(name, present)

    assert folded_file_name(free) not in map(folded_file_name, present)
    assert free.startswith(name.removesuffix(".md"))
