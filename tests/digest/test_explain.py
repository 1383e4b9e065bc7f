"""How a line is read, or which format came nearest and why it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, document, formats, venues
from zoterodigest.digest.format.format import builtin_formats
from zoterodigest.digest.read.explain import Explanation, FormatStep, explain

QUOTED = """\
# Papers

> **Äpfel: A Title**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2401.00001)
> Task: image restoration
>
> - What it does.
"""


def explained(text: str, line: int) -> Explanation:
    """Explain a 1-based line, by the formats that are built in."""
    return explain(text.encode(), builtin_formats(), venues(), line - 1)


@pytest.mark.parametrize("line", range(3, 8))
def test_each_line_of_an_entry_is_explained_by_the_bytes_of_its_slots(line: int) -> None:
    found = explained(QUOTED, line)

    source = QUOTED.encode()
    read = {one.slot: source[one.span.start : one.span.end].decode() for one in found.slots}
    assert (found.format, found.first, found.last) == ("quoted-notes", 3, 7)
    assert read["title"] == "Äpfel: A Title"
    assert read["venue"] == "CVPR 2025"
    assert read["task"] == "image restoration"
    assert [one.slot for one in found.slots][:2] == ["title", "venue"]


def test_places_are_counted_in_characters() -> None:
    title = explained(QUOTED, 3).slots[0]

    assert explained(QUOTED, 3).place(title.span.start) == (3, 5)
    assert explained(QUOTED, 3).place(title.span.end) == (3, 19)


@pytest.mark.parametrize(
    ("text", "line", "nearest", "step", "reason"),
    [
        ("- [Some Page](https://a.org/b)\n", 1, "list", FormatStep.EVIDENCE, "nothing shows"),
        ("- [Code](https://arxiv.org/abs/2401.00001)\n", 1, "list", FormatStep.NO_TITLES, "“Code”"),
        ("- plain words\n", 1, "list", FormatStep.BEGIN, "a link or a bold title"),
        (
            "| A | B |\n|---|---|\n| x | y |\n",
            3,
            "table",
            FormatStep.COLUMNS,
            "as title: A, B",
        ),
    ],
)
def test_the_format_that_came_nearest_comes_first_with_its_reason(
    text: str, line: int, nearest: str, step: FormatStep, reason: str
) -> None:
    found = explained(text, line)

    assert (found.format, found.slots) == ("", ())
    assert (found.attempts[0].format, found.attempts[0].step) == (nearest, step)
    assert reason in found.attempts[0].reason
    assert {one.format for one in found.attempts} == {form.name for form in builtin_formats()}


@pytest.mark.parametrize(
    ("line", "skipped"), [(1, "in a code fence"), (4, "a blank line"), (5, "in a comment")]
)
def test_a_line_that_is_hidden_from_all_formats_has_a_reason_alone(line: int, skipped: str) -> None:
    found = explained("```\n- [A](https://a.org)\n```\n\n<!-- no -->\n", line)

    assert (found.skipped, found.attempts) == (skipped, ())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_explanation_names_the_entry_that_reading_finds(path: Path) -> None:
    read = document(path)
    last = read.entries[-1]

    found = explain(read.source, formats(), venues(), last.last)

    assert (found.format, found.first) == (last.format.name, last.first + 1)
    assert sorted(one.span for one in found.slots) == sorted(slot.span for slot in last.slots)
