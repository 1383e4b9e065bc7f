"""A new file of a vault reads like the notes around it, and says what its paper is and no more."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.digest.vault_notes import read_file
from zoterodigest.core.values.record import Names, text_in
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.read.vault_front import is_failed
from zoterodigest.digest.write.new_note import (
    NewPaper,
    NoNote,
    note_by_template,
    note_like,
    wrong_values,
)

VAULTS = Path(__file__).parents[1] / "vaults" / "fixtures" / "open"
read = partial(read_file, name="Papers/@lovelace2021.md")
PAPER = NewPaper(
    {
        "title": 'Learning: a "new" way',
        "authors": Names(("Ada Lovelace", "Alan Turing")),
        "year": "2021",
        "venue": "CVPR",
        "arxiv": "2101.00001",
    },
    ItemKeys("", "lovelace2021"),
)
NOTE = """\
---
citekey: {key}
title: '{title}'
authors: [Grace Hopper, Edsger Dijkstra]
year: 1999
doi: 10.1000/{key}
status: read
type: paper
aliases: ["@{key}", "{title}"]
zotero-link: zotero://select/library/items/ABCD234{number}
item-version: 812
---

# [{title}](zotero://select/library/items/ABCD234{number})

## Notes

Words about {title}.

## Questions {number}
"""


def _notes(*numbers: int) -> list[Document]:
    texts = (
        NOTE.format(key=f"hopper199{one}", title=f"Old Paper {one}", number=one) for one in numbers
    )
    return [read_file(text, f"Papers/{number}.md") for number, text in enumerate(texts)]


def test_a_note_has_the_keys_styles_and_headings_that_most_neighbors_have() -> None:
    assert note_like(_notes(2, 3, 4), PAPER, read).decode() == (
        "---\n"
        "citekey: lovelace2021\n"
        "title: 'Learning: a \"new\" way'\n"
        "authors: [Ada Lovelace, Alan Turing]\n"
        "year: 2021\n"
        "doi: \n"
        "status: read\n"
        "type: paper\n"
        "aliases:\n"
        "---\n"
        "\n"
        '# Learning: a "new" way\n'
        "\n"
        "## Notes\n"
    )


MIXED = (
    "---\ntitle: A Paper\nauthor: [Grace Hopper]\nyear: 1999\ncitekey: a1999\n...\n",
    "---\ntitle: B Paper\nauthors: [Grace Hopper]\nyear: 1999\ncitationKey: b1999\n---\n",
    "---\ntitle: C Paper\nfirst: [Grace Hopper]\nyear: 1999\nrating: 3\n---\n",
)


@pytest.mark.parametrize("order", [1, -1])
def test_among_notes_of_several_integrations_a_note_has_what_most_have_by_any_name(
    order: int,
) -> None:
    notes = [read_file(text, f"@{text[11].lower()}1999.md") for text in MIXED]

    assert note_like(notes[::order], PAPER, read).decode() == (
        "---\n"
        'title: "Learning: a \\"new\\" way"\n'
        "authors: [Ada Lovelace, Alan Turing]\n"
        "year: 2021\n"
        "citationKey: lovelace2021\n"
        "---\n"
    )


def test_a_note_looks_like_those_in_its_folder_if_these_are_enough() -> None:
    theirs = [read_file(it.source, f"Reading/{at}.md") for at, it in enumerate(_notes(2, 3, 4, 5))]
    own = [
        read_file(f"---\nyear: 200{at}\ntitle: Paper {at}\nauthor: A Bee\n---\n", f"Papers/{at}.md")
        for at in range(3)
    ]

    made = [note_like(theirs + some, PAPER, read, "Papers").decode() for some in (own, own[:2])]

    assert "\nauthor: Ada Lovelace, Alan Turing\n---\n" in made[0]
    assert "lovelace2021" not in made[0]
    assert "citekey: lovelace2021\n" in made[1]


def test_the_first_note_has_the_keys_of_what_is_known() -> None:
    assert note_like([], PAPER, read).decode() == (
        "---\n"
        'title: "Learning: a \\"new\\" way"\n'
        "authors:\n"
        '  - "Ada Lovelace"\n'
        '  - "Alan Turing"\n'
        "year: 2021\n"
        'venue: "CVPR"\n'
        'arxiv: "2101.00001"\n'
        'citekey: "lovelace2021"\n'
        "---\n"
        "\n"
        '# Learning: a "new" way\n'
    )


@pytest.mark.parametrize("vault", sorted(one.name for one in VAULTS.iterdir() if one.is_dir()))
def test_a_note_has_nothing_of_another_paper(vault: str) -> None:
    paths = [path for path in sorted((VAULTS / vault).rglob("*.md")) if path.is_file()]
    notes = [read_file(path.read_bytes(), path.name) for path in paths]
    others = [note.entries[0] for note in notes if note.entries]

    try:
        made = note_like(notes, PAPER, read).decode()
    except NoNote:  # TOML, or properties of Logseq
        return

    assert wrong_values(read(made), PAPER) == frozenset()
    for other in others:
        said = [other.keys.citation, other.keys.item.rpartition("/")[2]]
        said += [text_in(other.reading.fields, name) for name in ("title", "doi")]
        assert [one for one in said if len(one) > 4 and one in made] == []
    assert "item-version" not in made


@pytest.mark.parametrize(
    "note",
    [
        "title:: @k2000\noriginal-title:: It\nauthors:: [[A B]]\n",
        "+++\ntitle = 'A B'\ncitekey = 'k2000'\n+++\n",
    ],
)
def test_where_notes_have_no_front_matter_in_yaml_a_template_is_asked_for(note: str) -> None:
    neighbor = read_file(note, "@k2000.md")

    assert neighbor.entries
    with pytest.raises(NoNote, match="a template is needed"):
        note_like([neighbor], PAPER, read)


texts = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Cn", "Co"]),
        min_size=1,
        max_size=30,
    )
    .map(lambda text: f"a{' '.join(text.split())}b")
    # These say something else: the code of a template, a link `[[A]]`, a sign behind a backslash.
    .filter(lambda text: not is_failed(text) and not re.search(r"\[\[|\\[^\w\s]", text))
)


@given(texts, st.sampled_from([(), (2,), (2, 3)]))
@example("a: b # c 'd' \"e\" \\ [f] {g}, - h", (2,))
@example("no", ())
@example("a[b](c)d", ())
def test_any_title_is_read_as_it_is(title: str, numbers: tuple[int, ...]) -> None:
    paper = NewPaper({"title": title, "year": "2020"}, ItemKeys("", "a2020"))

    made = note_like(_notes(*numbers), paper, partial(read_file, name="@a2020.md"))

    assert wrong_values(read_file(made, "@a2020.md"), paper) == frozenset()


TEMPLATE = """\
---
title: {{title}}
short: '{{title}}'
authors: [{{authors}}]
year: {{ year }}
venue: "{{venue}}"
doi: {{doi}}
citekey: {{citekey}}
status: unread
---
# {{title}}

By {{authors}}.
"""


def test_a_template_gets_the_values_in_the_quotation_marks_that_yaml_asks_for() -> None:
    assert note_by_template(TEMPLATE, PAPER, read).decode() == (
        "---\n"
        'title: "Learning: a \\"new\\" way"\n'
        "short: 'Learning: a \"new\" way'\n"
        'authors: ["Ada Lovelace", "Alan Turing"]\n'
        "year: 2021\n"
        'venue: "CVPR"\n'
        "doi:\n"
        "citekey: lovelace2021\n"
        "status: unread\n"
        "---\n"
        '# Learning: a "new" way\n'
        "\n"
        "By Ada Lovelace, Alan Turing.\n"
    )


@given(texts)
@example('it\'s "so": #1')
@example("a[](0)b")
def test_any_value_fits_into_a_template_or_is_refused_for_a_link(title: str) -> None:
    paper = NewPaper({"title": title, "venue": title}, ItemKeys("", "a2020"))

    try:
        made = note_by_template(TEMPLATE, paper, partial(read_file, name="@a2020.md"))
    except NoNote:
        if "](" not in title:
            raise
        return

    assert wrong_values(read_file(made, "@a2020.md"), paper) == frozenset()


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("---\ntitle: {{titel}}\n---\n", "asks for {{titel}}, and there are only abstract, arxiv"),
        ("# {{authors}}\n", "does not say the title"),
        ("---\ntitle: Always this\ncitekey: {{citekey}}\n---\n", "does not say the title"),
    ],
)
def test_a_template_that_makes_no_note_of_the_paper_is_refused(template: str, reason: str) -> None:
    with pytest.raises(NoNote, match=reason.replace("{", r"\{")):
        note_by_template(template, PAPER, partial(read_file, name="note.md"))


def test_a_title_that_looks_like_the_code_of_a_template_is_refused() -> None:
    paper = NewPaper({"title": "On {{templates}}"}, ItemKeys("", "a2020"))

    with pytest.raises(NoNote, match="cannot be written"):
        note_like([], paper, read)
