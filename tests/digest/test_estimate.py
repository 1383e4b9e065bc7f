"""About how many entries stand in lines that no format understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, document, read, venues
from tests.digest.manners.score import lists
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.estimate import missed_entries, unread_entries

LISTS = [pair for pair in lists("open") if pair[0].suffix == ".md"]
LEAST = {"e-project-pages": 0.3, "i-bare-ids-and-links": 0.6}
"""Lists of which much less can be told: their links lead to any site, or stand alone as ids."""


def unread_without_formats(source: bytes) -> int:
    return unread_entries(read_document("digest.md", source, (), venues()))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("- GAN [pdf](https://a.org/a.pdf)\n- VAE [pdf](https://a.org/b.pdf)\n", 2),
        ("- A **title** here\n  - Paper: https://a.org/a.pdf\n  - PDF: https://a.org/b.pdf\n", 1),
        ("- Topic\n  - GAN [pdf](https://a.org/a.pdf)\n  - VAE https://a.org/b.pdf\n", 2),
        ("- GAN [pdf](https://a.org/a.pdf)\n  - see [VAE](https://a.org/b.pdf)\n", 1),
        ("- https://a.org/a.pdf\n- https://a.org/b.pdf\n", 2),
        ("### GAN\n\nSomebody\n\n[pdf](https://a.org/b.pdf)\n\n[DOI](https://a.org/c.pdf)\n", 1),
        ("A title\\\nSomebody Else\\\n[pdf](https://a.org/b.pdf)\n\nMore https://a.org/c.pdf\n", 2),
        ("GAN https://a.org/b.pdf  \nVAE https://a.org/c.pdf\n", 2),
        ("| GAN | [pdf](https://a.org/b.pdf) |\n| X | [pdf](https://a.org/c.pdf) |\n", 2),
        ("> **GAN**\n> [pdf](https://a.org/b.pdf)\n", 1),
        ("```\n- GAN [pdf](https://a.org/a.pdf)\n```\n", 0),
        ("- [Install](#install)\n- [Tool](https://github.com/a/b)\n\nDear reader.\n", 0),
        ("", 0),
    ],
)  # fmt: skip
def test_what_leads_to_a_paper_counts_once(text: str, number: int) -> None:
    assert unread_without_formats(text.encode()) == number


def test_fields_that_repeat_below_headings_are_no_entries() -> None:
    paper = (
        "### Trees {0}\n\n- Authors: Ada Lovelace\n- Page: see https://a.org/{0}.pdf\n"
        "- Slides: these https://a.org/{0}-slides.pdf\n\n"
    )

    assert unread_without_formats("".join(map(paper.format, range(4))).encode()) == 4


READ = """\
- [A First Paper on Trees](https://arxiv.org/abs/2401.00001), Lovelace et al., ICML 2024
- [A Second Paper on Trees](https://arxiv.org/abs/2401.00002), Lovelace et al., ICML 2024

## More

"""


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("- [A Third Paper on Trees](https://trees.github.io/), so deep, Bee et al., ICML 2024", 1),
        ("- [A Course on Trees](https://trees.github.io/)", 0),
        ("- [A Tool for Trees](https://github.com/trees/trees), since 2024", 0),
        ("A **third paper** on trees, https://trees.github.io/, ICML 2024", 0),
    ],
)
def test_what_looks_like_the_entries_that_were_read_counts_if_it_is_cited(
    line: str, number: int
) -> None:
    found = read(f"{READ}{line}\n".encode())

    assert len(found.entries) == 2
    assert unread_entries(found) == number


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_as_many_entries_as_estimated_before_it_is_read(path: Path) -> None:
    assert unread_without_formats(path.read_bytes()) == len(document(path).entries)
    assert missed_entries(document(path)) == 0


@pytest.mark.parametrize("pair", LISTS, ids=lambda pair: pair[0].stem)
def test_the_entries_of_a_list_that_nobody_can_read_are_estimated(pair: tuple[Path, Path]) -> None:
    number = len(json.loads(pair[1].read_text("utf-8"))["entries"])

    assert (
        LEAST.get(pair[0].stem, 0.75) * number
        <= unread_without_formats(pair[0].read_bytes())
        <= 1.1 * number
    )


def test_a_few_lines_beside_many_entries_are_not_worth_a_word() -> None:
    papers = "".join(
        f"- [Paper {n} on Trees](https://arxiv.org/abs/2401.{n:05})\n" for n in range(1, 31)
    )
    odd = "no. 1 https://arxiv.org/abs/2402.00001\n\n"

    few, many = (read(f"{papers}\n## Others\n\n{odd * number}".encode()) for number in (3, 4))

    assert (unread_entries(few), missed_entries(few)) == (3, 0)
    assert (unread_entries(many), missed_entries(many)) == (4, 4)
