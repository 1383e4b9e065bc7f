"""Stars, flames and checkboxes beside a title are not part of it, in every kind of list."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, MARKS, Members, Value

TITLE = "Scaling Video Masked Autoencoders"
LINKS = "[[paper](https://arxiv.org/abs/2303.16727)] [[code](https://github.com/a/b)]"
ENTRIES = {
    "linked": f"- {{0}}[{TITLE}](https://arxiv.org/abs/2303.16727){{1}}, CVPR 2023",
    "bold": f"- {{0}}**{TITLE}**{{1}} {LINKS}",
    "plain": f"- {{0}}{TITLE}{{1}} {LINKS}",
    "quoted": f'* {{0}}**VMAE**: "{TITLE}"{{1}}, CVPR, 2023. {LINKS}',
    "nickname": f"- {{0}}**[VMAE]** {TITLE}{{1}} {LINKS}",
    "linked cell": "| Title | Venue |\n|---|---|\n"
    f"| {{0}}[{TITLE}](https://arxiv.org/abs/2303.16727){{1}} | CVPR 2023 |",
    "plain cell": "| Title | Venue | Paper |\n|---|---|---|\n"
    f"| {{0}}{TITLE}{{1}} | CVPR 2023 | [pdf](https://arxiv.org/abs/2303.16727) |",
    "heading": f"### {{0}}{TITLE}{{1}}\n\n- **Authors:** Ada Lovelace, Kurt Gödel\n- {LINKS}",
    "quote": f"> {{0}}**{TITLE}**{{1}}\n> *CVPR 2023*, [arxiv](https://arxiv.org/abs/2303.16727)\n"
    "> Task: restoration",
    "fold": f"<details><summary>{{0}}{TITLE}{{1}}</summary>\n\n{LINKS}\n\n</details>",
    "li": f'<li>{{0}}<a href="https://arxiv.org/abs/2303.16727">{TITLE}</a>{{1}}, CVPR 2023</li>',
}


@pytest.mark.parametrize(
    ("before", "behind"),
    [("⭐️ ", ""), (":star: ", ""), ("[x] 🔥 ", ""), ("[ ] ", ""), ("", " ⭐"), ("", " :star:")],
)
@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_a_mark_beside_a_title_is_none_of_it(entry: str, before: str, behind: str) -> None:
    document = read(f"# Papers\n\n{entry.format(before, behind)}\n".encode())

    assert [it.title for it in document.entries] == [TITLE]


LINKED = f"[{TITLE}](https://arxiv.org/abs/2303.16727)"
STARRED, UNREAD = Members(("starred",)), EMPTY


@pytest.mark.parametrize(
    ("line", "marks"),
    [
        (f"- ⭐ {LINKED}", STARRED),
        (f"- {LINKED} :star: CVPR 2023", STARRED),
        (f"- **{TITLE}** 🌟 {LINKS}", STARRED),
        (f"- [ ] {LINKED}", UNREAD),
        (f"- [x] {LINKED}", Members(("read",))),
        (f"1. [X] ⭐️ {LINKED}", Members(("starred", "read"))),
        (f"- {LINKED}", None),
        (f"- 🔥 {LINKED}", None),
        (f"- {LINKED}<br>:star:[code](https://github.com/a/b)", None),
        (f"- {LINKED} [⭐ 12](https://github.com/a/b)", None),
    ],
)
def test_a_star_and_a_box_are_marks_of_the_entry(line: str, marks: Value | None) -> None:
    (entry,) = read(f"# Papers\n\n{line}\n".encode()).core_entries()

    assert entry.fields.get(MARKS) == marks


def test_a_star_in_another_cell_is_no_mark() -> None:
    rows = f"| Stars | Title | Venue |\n|---|---|---|\n| ⭐ 12 | {LINKED} | CVPR 2023 |"

    (entry,) = read(f"# Papers\n\n{rows}\n".encode()).core_entries()

    assert MARKS not in entry.fields
