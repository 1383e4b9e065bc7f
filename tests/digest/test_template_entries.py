"""New entries by templates: like their neighbors, and read again as they were meant."""

from __future__ import annotations

import re

import pytest

from tests.digest.corpus import venues
from tests.digest.test_templates import ID, a_format
from zoterodigest.core.values.record import EMPTY, Blocks, Fields, Hyperlink, Names, WebLinks
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.rearrange import Rearranged, rearrange
from zoterodigest.digest.write.steps import NewEntry

NEW: Fields = {
    "title": "New Title",
    "authors": Names(("Eve Adams", "Kim Li")),
    "venue": "ICML",
    "year": "2024",
    "arxiv": "2401.00001",
    "links": WebLinks((Hyperlink("code", "https://github.com/x/y"),)),
    "summary": Blocks(("Short words.",)),
}


def add(source: str, *templates: str, **fields: object) -> Rearranged:
    """A digest with one new entry, of `NEW` with other `fields`."""
    form = a_format(*templates)
    asked: Fields = {**NEW, **fields}  # type: ignore[dict-item]

    def read(data: bytes) -> Document:
        return read_document("papers.md", data, [form], venues())

    return rearrange(read(source.encode()), [NewEntry("new", None, asked, form)], read)


def added(source: str, *templates: str, **fields: object) -> str:
    """What the new entry adds to the end of the digest."""
    done = add(source, *templates, **fields)
    assert done.refusals == ()
    after = done.source.decode()
    assert after.startswith(source.rstrip("\n"))
    return after.removeprefix(source.rstrip("\n"))


LIST = """\
- **{title}** {?({venue})?} [[paper]({url})] {?{links}?}
  {?*{authors}*?}
  {?{summary}?}
"""


@pytest.mark.parametrize(
    ("template", "source", "expected"),
    [
        (
            LIST,
            "* **A** (CVPR 2023) [[paper](U)] [[code](C)]\n    *Ada Lovelace*  \n    Text.\n",
            "\n* **New Title** (ICML 2024) [[paper](V)] [[code](D)]\n"
            "    *Eve Adams, Kim Li*  \n    Short words.\n",
        ),
        (
            "1. {title}\n   - Paper: [arXiv]({url})\n   {?- Venue: {venue}?}",
            "3. A\n   * Paper: [arXiv](U)\n",
            "\n4. New Title\n   * Paper: [arXiv](V)\n   - Venue: ICML 2024\n",
        ),
        (
            "> **{title}**\n> {venue}, {links}\n> {?{summary}?}",
            "> **A**\n> CVPR 2023, [[arxiv]](U) [[code]](C)\n> Text.\n",
            "\n\n> **New Title**\n> ICML 2024, [[arxiv]](V) [[code]](D)\n> Short words.\n",
        ),
        (
            "## {title}\n\n*{authors}*\n[PDF]({url})\n{?{summary}?}",
            "### A\n\n*Ada Lovelace*\\\n[PDF](U)\n",
            "\n\n### New Title\n\n*Eve Adams, Kim Li*\\\n[PDF](V)\nShort words.\n",
        ),
        (
            "<details>\n<summary>{title}</summary>\n\n- <{url}>\n{?- {authors}?}\n</details>",
            "<details>\n<summary>A</summary>\n\n* <U>\n</details>\n",
            "\n\n<details>\n<summary>New Title</summary>\n"
            "\n* <V>\n- Eve Adams, Kim Li\n</details>\n",
        ),
        (
            "**{title}**\\\n{authors}\\\n{links}",
            "**A**<br>\nAda Lovelace<br>\n[[paper](U)] [[code](C)]\n",
            "\n\n**New Title**<br>\nEve Adams, Kim Li<br>\n[[paper](V)] [[code](D)]\n",
        ),
        (
            LIST,
            "",
            "- **New Title** (ICML 2024) [[paper](V)] [code](D)\n"
            "  *Eve Adams, Kim Li*\n  Short words.\n",
        ),
    ],
)
def test_a_new_entry_looks_like_its_neighbors(template: str, source: str, expected: str) -> None:
    addresses = {
        "U": ID,
        "C": "https://github.com/a/b",
        "V": "https://arxiv.org/abs/2401.00001",
        "D": "https://github.com/x/y",
    }

    def whole(text: str) -> str:
        return re.sub(r"(?<=[(<])[UCVD](?=[)>])", lambda found: addresses[found[0]], text)

    assert added(whole(source), template) == whole(expected)


def test_the_neighbors_template_is_taken_if_it_has_room_for_all_else_the_first_that_has() -> None:
    templates = (
        "- {title}, {venue} [p]({url})",
        "- {title} *{authors}* [p]({url})",
        "- {title} [p]({url})",
    )
    new = "[p](https://arxiv.org/abs/2401.00001)\n"
    nothing = dict.fromkeys(("links", "summary", "year", "venue", "authors"), EMPTY)

    plain = added(f"- A [p]({ID})\n", *templates, **nothing)
    richer = added(f"- A [p]({ID})\n", *templates, **{**nothing, "authors": NEW["authors"]})

    assert plain == f"\n- New Title {new}"
    assert richer == f"\n- New Title *Eve Adams, Kim Li* {new}"


def test_a_new_entry_that_would_not_be_read_as_meant_is_not_written() -> None:
    done = add(
        f"- A. Ada Lovelace [p]({ID})\n",
        "- {title}. {authors} [p]({url})",
        title="T. Eve Adams, Kim Li",
    )

    assert done.refusals or b"T. Eve" in done.source
