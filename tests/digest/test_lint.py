"""What looks wrong in a digest, and what is mended without doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, document, read
from zoterodigest.digest.read.lint import edits_of, lint_digest
from zoterodigest.digest.read.mojibake import mojibake_in
from zoterodigest.digest.write.mend import mended

PAPER = """\
> **Paper {0} on Trees**
> *{venue}*, [arxiv](https://arxiv.org/abs/2401.{0:05}){more}
> Task: {task}
>
> - What it does.

"""


def a_paper(
    number: int, task: str = "image restoration", venue: str = "CVPR 2025", more: str = ""
) -> str:
    return PAPER.format(number, task=task, venue=venue, more=more)


def found_in(text: str) -> list[tuple[str, str]]:
    """Return rule and marked line of each finding."""
    read_from = read(text.encode())
    places = [(one.rule, read_from.lines.place(one.start)[0]) for one in lint_digest(read_from)]
    return [(rule, text.split("\n")[line - 1]) for rule, line in places]


def fixed(text: str) -> str:
    """Return a digest after all that can be mended was."""
    before = read(text.encode())
    return mended(before, edits_of(lint_digest(before)), read).source.decode()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_mending_an_example_keeps_its_entries(path: Path) -> None:
    before = document(path)

    after = mended(before, edits_of(lint_digest(before)), read)

    places = [[(it.first, it.last) for it in one.entries] for one in (before, after)]
    assert places[0] == places[1]


def test_text_in_a_wrong_encoding_is_found_at_its_column_and_mended() -> None:
    text = a_paper(1).replace("What it does.", "Itâ€™s RÃ©sumÃ©, not café.")
    (first, *others) = lint_digest(read(text.encode()))

    assert read(text.encode()).lines.place(first.start) == (5, 7)
    assert first.message == "text in a wrong encoding: “â€™”, meant was “’”"
    assert [one.message for one in others] == [
        "text in a wrong encoding: “Ã©sumÃ©”, meant was “ésumé”"
    ]
    assert fixed(text) == text.replace("Itâ€™s RÃ©sumÃ©", "It’s Résumé")


def test_a_key_that_stands_twice_and_a_misspelt_label_are_found() -> None:
    source = b'[\n{"title": "On Leakage", "arxiv": "1906.08935",\n"year": 2019, "year": 2020}]'
    data = read(source, "papers.json")
    (found,) = lint_digest(data)

    assert data.lines.place(found.start)[0] == 3
    assert found.message == "not read: the key “year” stands twice"
    assert found_in(a_paper(1).replace("Task:", "Taks:")) == [
        ("unread", "> Taks: image restoration")
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac_roman"])
@given(words=st.lists(st.sampled_from(["’s", "Gümeli", "×", "🔍", "世界模型", "→ é", "·", "à la"])))
def test_what_is_mended_is_what_was_read_wrongly(encoding: str, words: list[str]) -> None:
    text = " ".join(words)
    wrong = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())

    mended = wrong
    for start, run, meant in reversed([*mojibake_in(wrong)]):
        mended = mended[:start] + (meant or run) + mended[start + len(run) :]

    # What the tool cannot know it leaves as it is; it never makes a third thing of it.
    assert all(
        word in (right, bad)
        for word, right, bad in zip(
            mended.split(" "), text.split(" "), wrong.split(" "), strict=True
        )
    )
    assert [*mojibake_in(text)] == []


def test_a_sign_that_stands_for_lost_bytes_is_found_and_stays() -> None:
    assert [*mojibake_in("a b\ufffd c")] == [(2, "b\ufffd", "")]


@pytest.mark.parametrize(
    "text", ["完——了", "然后……", "“引用”——文", "naïve", "Łukasz–Šimon", "£5 ± 2 µm"]
)
def test_text_in_other_languages_is_no_mojibake(text: str) -> None:
    assert [*mojibake_in(text)] == []


def test_what_is_shown_in_code_is_found_and_stays() -> None:
    text = a_paper(1).replace("What it does.", "Mends `â€™`.") + "```\nâ€™\n```\n"

    assert [rule for rule, _ in found_in(text)] == ["mojibake", "mojibake"]
    assert fixed(text) == text


def test_the_rarer_spelling_of_a_task_becomes_the_usual_one() -> None:
    usual = a_paper(1) + a_paper(2)
    text = usual + a_paper(3, "Image-Restorations, deblurring") + a_paper(4, "denoising")

    assert found_in(text) == [("task", "> Task: Image-Restorations, deblurring")]
    assert fixed(text) == text.replace("Image-Restorations", "image restoration")


def test_two_spellings_that_are_used_as_often_stay() -> None:
    text = a_paper(1) + a_paper(2, "Image restoration")

    assert found_in(text) == [("task", "> Task: Image restoration")]
    assert fixed(text) == text


def test_an_empty_link_goes_only_from_the_end_of_a_line() -> None:
    end = a_paper(1, more=", [code]()") + a_paper(2, more=", [code](nan)")
    middle = a_paper(3, more=", [code](), [page](https://a.org/b)")

    assert [rule for rule, _ in found_in(end + middle)] == ["link", "link", "link"]
    assert fixed(end + middle) == a_paper(1) + a_paper(2) + middle


@pytest.mark.parametrize(
    "url",
    [
        "#",
        "TODO",
        "https://",
        "https://example.com/x",
        "https://github.com/",
        "http://localhost:80/a",
    ],
)
def test_a_link_that_leads_nowhere_is_found(url: str) -> None:
    text = a_paper(1, more=f", [page]({url})")
    (found,) = lint_digest(read(text.encode()))

    assert (found.rule, found.message) == ("link", f"a link that leads nowhere: {url}")
    assert text.encode()[found.start :].startswith(b"[page]")


@pytest.mark.parametrize("words", ["TODO", "{task}", "<Title>", "Your task here", "Task"])
def test_words_of_a_template_are_found(words: str) -> None:
    text = a_paper(1, words)

    assert found_in(text) == [("template", f"> Task: {words}")]
    assert fixed(text) == text


def test_an_entry_without_a_link_is_found_where_the_others_have_one() -> None:
    bare = "> **Paper on Woods**\n> *CVPR 2025*\n> Task: denoising\n\n"
    linked = "".join(map(a_paper, range(4)))

    assert found_in(linked + bare) == [("link", "> **Paper on Woods**")]
    assert found_in(a_paper(1) + bare) == []


@pytest.mark.parametrize(
    ("authors", "hidden"),
    [
        ("Ann Ono et al. and Bob Lee", "Bob Lee"),
        ("Ann Ono et al., Bob Lee, Eve Ash", "Bob Lee, Eve Ash"),
        ("Ann Ono et al., Pattern Recognition", ""),
        ("Ann Ono, Bob Lee et al.", ""),
    ],
)
def test_names_behind_an_et_al_are_found(authors: str, hidden: str) -> None:
    row = f"| [Paper on Trees](https://arxiv.org/abs/2401.00001) | {authors} | CVPR 2025 |\n"
    found = lint_digest(read(f"| Title | Authors | Venue |\n|---|---|---|\n{row}".encode()))

    said = f"“et al.” inside the list of authors hides “{hidden}”"
    assert [one.message for one in found] == ([said] if hidden else [])


def test_the_same_paper_is_found_in_a_digest() -> None:
    found = lint_digest(read((a_paper(1) + a_paper(2) + a_paper(1)).encode()))

    assert [one.message for one in found] == ["the same paper as in line 1 (arxiv:2401.00001)"]


def test_one_entry_out_of_the_order_of_years_is_found() -> None:
    def of(*years: int) -> str:
        papers = (a_paper(at, venue=f"CVPR {year}") for at, year in enumerate(years, 1))
        return "".join(papers)

    sorted_years = [2025, 2025, 2025, 2024, 2024, 2024, 2023, 2023, 2022, 2022, 2021, 2021]

    assert found_in(of(*sorted_years, 2024)) == [("order", "> **Paper 13 on Trees**")]
    assert found_in(of(*sorted_years)) == []
