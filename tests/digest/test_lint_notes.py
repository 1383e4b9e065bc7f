"""Lint of notes: values that need quotation marks get them, and nothing else changes."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.digest.vault_notes import read_file
from zoterodigest.digest.read.lint import edits_of, lint_digest
from zoterodigest.digest.read.vault_front import front_matter, node_texts
from zoterodigest.digest.write.mend import mended

NAME = "Reading notes/@a2021.md"
read = partial(read_file, name=NAME)


def _mended(text: str) -> str:
    document = read(text)
    found = [one for one in lint_digest(document) if one.rule == "front-matter"]
    return mended(document, edits_of(found), read).source.decode()


def test_values_that_are_no_yaml_get_quotation_marks() -> None:
    text = (
        '---\ntitle: Learning: a "new" way\nauthors: Ada Lovelace, Alan Turing\nyear: 2021\n'
        "citekey: @a2021 \n# mine: here\n---\n\nMine: too.\n"
    )

    assert [one.message for one in lint_digest(read(text))] == [
        "front matter that is not YAML: the value of “title” needs quotation marks",
        "front matter that is not YAML: the value of “citekey” needs quotation marks",
    ]
    assert _mended(text) == text.replace(
        'Learning: a "new" way', '"Learning: a \\"new\\" way"'
    ).replace("@a2021 ", '"@a2021" ')


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: 'Not closed\ncitekey: a2021\n---\n",
        "---\ntitle: A: B\nauthors: [Not, closed\ncitekey: a2021\n---\n",
        "---\ntitle: A: B # a remark\ncitekey: a2021\n---\n",
        "---\ntitle: A: B\n  goes on: here\ncitekey: a2021\n---\n",
        "+++\ntitle = 'A\ncitekey = 'a2021'\n+++\n",
    ],
)
def test_what_is_in_doubt_stays(text: str) -> None:
    (finding,) = lint_digest(read(text))

    assert finding.message.startswith("front matter that is read, and never written: ")
    assert _mended(text) == text


def test_front_matter_in_order_is_no_finding() -> None:
    assert lint_digest(read('---\ntitle: "A: B"\ncitekey: "@a2021"\n---\nMine.\n')) == []


titles = st.text(
    st.sampled_from("aB :#\"'@%`&*!|>[]{},-?\\é")
    | st.characters(codec="utf-8", exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=20,
)


@given(titles, st.sampled_from(["\n", "\r\n"]))
@example("Deep: a review", "\n")
@example("- a: b", "\n")
def test_a_mended_title_is_what_it_was_and_nothing_else_changes(title: str, end: str) -> None:
    before, behind = "---\nyear: 2021\ntitle: ", "\ncitekey: a2021\n---\nMine.\n"
    text = (before + title + behind).replace("\n", end)

    after = _mended(text)

    if after != text:
        assert after.startswith(before.replace("\n", end))
        assert after.endswith(behind.replace("\n", end))
        front = front_matter(after.encode())
        said = {key.value: node_texts(node) for key, node in front.pairs}
        assert said == {"year": ("2021",), "title": (title.strip(" "),), "citekey": ("a2021",)}
