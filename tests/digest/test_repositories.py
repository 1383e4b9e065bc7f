"""What lists of papers stand in: front matter, folds, raw HTML."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

ONE = "- **One paper with a title** [[paper](https://arxiv.org/abs/2001.00001)]"
TWO = "- **Another paper with a title** [[paper](https://arxiv.org/abs/2002.00002)]"
NEW = "- **A new paper with a title** [[paper](https://arxiv.org/abs/2003.00003)]"
FIELDS = {"title": "A new paper with a title", "arxiv": "2003.00003"}


def titles(document: Document) -> list[str]:
    return [entry.title for entry in document.entries]


def with_new(text: str, *path: str) -> str:
    """Return a digest with a new entry under the heading at `path`."""
    outcome = rearrange(read(text.encode()), [NewEntry("new", path, FIELDS)], read)
    assert outcome.refusals == ()
    return outcome.source.decode()


# --- front matter


@pytest.mark.parametrize(
    "matter",
    [
        f"---\n# made by hand\ntitle: 'Papers: a list'\npapers:\n{TWO}\n---\n",
        f"---\nlayout: page\nabout: |\n  {TWO}\n...\n",
        f"+++\ntitle = 'Papers'\n# {TWO}\n+++\n",
    ],
)
def test_front_matter_holds_no_entry_and_no_heading(matter: str) -> None:
    document = read(f"{matter}\n# Papers\n\n{ONE}\n".encode())

    assert titles(document) == ["One paper with a title"]
    assert document.entries[0].heading_keys == ("Papers",)
    assert [it.reason for it in document.skipped] == ["front matter", "heading"]


@pytest.mark.parametrize("head", ["---\n\n", f"---\n{TWO}\n", "---\nWords.\n"])
def test_a_rule_at_the_top_begins_no_front_matter(head: str) -> None:
    document = read(f"{head}\n# Papers\n\n{ONE}\n\n---\n".encode())

    assert "front matter" not in [it.reason for it in document.skipped]
    assert "One paper with a title" in titles(document)


# --- folds and raw HTML


@pytest.mark.parametrize("end", ["</details>", "</td></tr></table>", "  </DIV>"])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_what_was_opened_above_an_entry_ends_before_a_new_one_does(end: str, gap: str) -> None:
    text = f"## A\n\n<details><summary>2020</summary>\n\n{ONE}\n{TWO}\n{gap}{end}\n\n## B\n"

    document = read(text.encode())

    assert [entry.reading.fields.get("summary") for entry in document.entries] == [None, None]
    assert with_new(text, "A") == text.replace(TWO, f"{TWO}\n{NEW}")


def test_a_fold_within_an_entry_is_part_of_it() -> None:
    fold = "  <details><summary>Abstract</summary>\n  We study titles.\n  </details>"
    text = f"## A\n\n<details>\n\n{ONE}\n{fold}\n</details>\n"

    (entry,) = read(text.encode()).entries

    assert entry.reading.fields["abstract"] == "We study titles."
    assert (entry.first, entry.last) == (4, 7)


@pytest.mark.parametrize(
    "end",
    [
        "</details>",
        "</details>\n\n[Back to top](#papers)",
        '---\n\n<p align="right">(<a href="#top">back to top</a>)</p>',
        "</details>\n\n[⬆ Top](#papers)\n\n* * *",
    ],
)
def test_the_first_entry_of_a_section_stands_above_what_ends_it(end: str) -> None:
    text = f"# Papers\n\n## A\n\nWords.\n\n{end}\n\n## B\n\n{ONE}\n"

    assert with_new(text, "A") == text.replace(end, f"{NEW}\n\n{end}")


def test_the_first_entry_of_a_section_stands_between_a_picture_and_an_underlined_heading() -> None:
    text = f'## A\n\n<img\n  src="a.png">\n\nWords\n---\n\n## B\n\n{ONE}\n'

    assert with_new(text, "A") == text.replace("Words\n", f"{NEW}\n\nWords\n")


# --- brackets


@pytest.mark.parametrize("others", ["[[code](https://github.com/a/b)]", "[[page](https://a.org)]"])
def test_a_new_entry_has_no_brackets_of_a_link_that_it_lacks(others: str) -> None:
    text = f"## A\n\n## B\n\n{ONE} {others}\n{TWO}\n"

    assert with_new(text, "A") == text.replace("## A\n", f"## A\n\n{NEW}\n")
