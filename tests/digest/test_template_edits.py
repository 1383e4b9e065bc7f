"""Edits of entries that templates read: a value's bytes, and its group when it goes or comes."""

from __future__ import annotations

import pytest

from tests.digest.corpus import venues
from tests.digest.test_templates import ID, a_format
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Names,
    WebLinks,
)
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import Edited, put_digest

LIST = """\
- **{title}** {?({venue})?} [[paper]({url})] {?{links}?}
  {?*{authors}*?}
  {?Note: {summary}?}
"""
FULL = f"""\
* **A Title** (CVPR 2023)  [[paper]({ID})] [[code](https://github.com/a/b)]
    *Ada Lovelace, Bob Cratchit*
    unread
    Note: some
    text

- **Bare** [[paper](https://arxiv.org/abs/2303.01469)]
- **Other** [[paper](https://arxiv.org/abs/2303.01470)] [[code](https://github.com/e/f)]
"""


def put(source: str, template: str, changes: dict[int, Fields]) -> Edited:
    """Write into a digest as a format of one template reads it."""
    form = a_format(template)

    def read(data: bytes) -> Document:
        return read_document("papers.md", data, [form], venues())

    return put_digest(read(source.encode()), changes, read)


def written(source: str, template: str, changes: dict[int, Fields]) -> str:
    """The digest after changes none of which is refused."""
    edited = put(source, template, changes)
    assert edited.refusals == ()
    return edited.source.decode()


CODE = WebLinks((Hyperlink("code", "https://github.com/c/d"),))


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        ({"title": "New Title"}, "A Title", "New Title"),
        ({"venue": "", "year": "", "award": ""}, " (CVPR 2023)  ", " "),
        ({"venue": "ICML"}, "CVPR", "ICML"),
        ({"authors": EMPTY}, "    *Ada Lovelace, Bob Cratchit*\n", ""),
        ({"authors": Names(("Eve Adams",))}, "Ada Lovelace, Bob Cratchit", "Eve Adams"),
        ({"links": EMPTY}, " [[code](https://github.com/a/b)]", ""),
        ({"summary": EMPTY}, "    Note: some\n    text\n", ""),
    ],
)
def test_an_edit_changes_the_bytes_of_its_slot_and_a_value_that_goes_takes_its_group(
    fields: Fields, old: str, new: str
) -> None:
    fields = {name: EMPTY if value == "" else value for name, value in fields.items()}

    assert written(FULL, LIST, {0: fields}) == FULL.replace(old, new, 1)


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        ({"venue": "ICML", "year": "2024"}, "**Bare** [", "**Bare** (ICML 2024) ["),
        ({"links": CODE}, "01469)]", "01469)] [[code](https://github.com/c/d)]"),
        ({"authors": Names(("Eve Adams",))}, "01469)]", "01469)]\n    *Eve Adams*"),
        ({"summary": Blocks(("Some text.",))}, "01469)]", "01469)]\n    Note: Some text."),
    ],
)
def test_a_value_that_comes_writes_its_group_as_the_template_has_it(
    fields: Fields, old: str, new: str
) -> None:
    assert written(FULL, LIST, {1: fields}) == FULL.replace(old, new, 1)


def test_several_values_come_in_the_order_of_the_template() -> None:
    fields: Fields = {
        "summary": Blocks(("Some text.",)),
        "authors": Names(("Eve Adams",)),
        "venue": "ICML",
        "links": CODE,
    }

    _, entry = written(FULL, LIST, {1: fields}).split("\n\n")
    assert entry.splitlines()[:3] == [
        "- **Bare** (ICML) [[paper](https://arxiv.org/abs/2303.01469)]"
        " [[code](https://github.com/c/d)]",
        "    *Eve Adams*",
        "    Note: Some text.",
    ]


@pytest.mark.parametrize(
    ("template", "source", "fields", "reason"),
    [
        ("- {title} ({venue}) [p]({url})", "- T (CVPR) [p](U)\n", {"venue": EMPTY}, "outside"),
        (
            "- {title} {?({venue}, {date})?} [p]({url})",
            "- T (CVPR, May 2023) [p](U)\n",
            {"date": EMPTY},
            "together with {venue}",
        ),
        (
            "- {title} {?({award}, {date})?} [p]({url})",
            "- T [p](U)\n",
            {"date": "2023-05"},
            "only together with {award}",
        ),
        ("- {title} [p]({url})", "- T [p](U)\n", {"venue": "CVPR"}, "no place for it"),
    ],
)
def test_what_the_template_has_no_room_for_is_refused_with_the_reason(
    template: str, source: str, fields: Fields, reason: str
) -> None:
    source = source.replace("U", ID)

    edited = put(source, template, {0: fields})

    assert edited.source.decode() == source
    (refusal,) = edited.refusals
    assert reason in refusal.reason


def test_values_of_one_group_go_and_come_together() -> None:
    template = "- {title} {?({award}, {date})?} [p]({url})"
    bare, full = f"- T [p]({ID})\n", f"- T (Oral, 2023-05) [p]({ID})\n"
    come = written(bare, template, {0: {"award": Members(("Oral",)), "date": "2023-05"}})
    gone = written(full, template, {0: {"award": EMPTY, "date": EMPTY}})

    assert (come, gone) == (full, bare)


def test_a_value_that_comes_beside_another_group_keeps_the_blank_between() -> None:
    source = f"- T (Oral) [p]({ID})\n"

    new = written(source, "- {title} {?{date}?}{? ({award})?} [p]({url})", {0: {"date": "2023-05"}})

    assert new == source.replace("T (", "T 2023-05 (")


def test_a_value_comes_to_the_group_for_it_and_not_to_a_slot_that_could_show_it_too() -> None:
    source = f"- **T** CVPR 2023 [p]({ID})\n"
    oral: dict[int, Fields] = {0: {"award": Members(("Oral",))}}

    new = written(source, "- **{title}** {venue} [p]({url}) {?- {award}?}", oral)

    assert new == source.replace("\n", " - Oral\n")


def test_an_edit_that_would_change_how_the_template_reads_an_entry_is_not_written() -> None:
    source = f"- A Title, CVPR 2023 [p]({ID})\n"

    edited = put(source, "- {title}{?, {venue}?} [p]({url})", {0: {"title": "Ends in, ICML 2020"}})

    assert edited.source.decode() in (source, source.replace("A Title", "Ends in, ICML 2020"))
    assert bool(edited.refusals) == (edited.source.decode() == source)


@pytest.mark.parametrize(
    ("template", "source", "new"),
    [
        ("> **{title}**\n> {links}\n> {?{summary}?}", "> **T**\n> [p](U)\n", "> Text.\n"),
        ("### {title}\n[p]({url})\n{?{summary}?}", "## T\n[p](U)\n", "Text.\n"),
        ("**{title}**\n[p]({url})\n{?Why: {summary}?}", "**T**  \n[p](U)\n", "Why: Text.\n"),
        ("1. {title}\n   - [p]({url})\n   {?- {summary}?}", "4) T\n   * [p](U)\n", "   - Text.\n"),
    ],
)
def test_a_new_line_is_wrapped_as_its_container_is(template: str, source: str, new: str) -> None:
    source = source.replace("U", ID)

    assert written(source, template, {0: {"summary": Blocks(("Text.",))}}) == source + new


def test_an_empty_line_of_a_text_that_comes_has_no_blanks() -> None:
    template = "- **{title}** [[paper]({url})]\n  {?*{authors}*?}\n  {?{summary}?}\n"
    source = f"- **A Title** [[paper]({ID})]\n  *Ada Lovelace*\n"

    new = written(source, template, {0: {"summary": Blocks(("One.", "Two."))}})

    assert new == f"{source}  One.\n\n  Two.\n"


def test_an_empty_line_of_a_text_that_comes_goes_on_with_the_quote() -> None:
    template = "> {title} [[paper]({url})]\n> {?*{authors}*?}\n> {?{summary}?}\n"
    source = f"> A Title [[paper]({ID})]\n> *Ada Lovelace*\n"

    new = written(source, template, {0: {"summary": Blocks(("One.", "Two."))}})

    assert new == f"{source}> One.\n> \n> Two.\n"
