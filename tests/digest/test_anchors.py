"""Links to headings, as a table of contents has them, follow a heading that gets another name."""

from __future__ import annotations

from tests.digest.corpus import read
from zoterodigest.digest.write.anchors import anchors
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import RenamedHeading

ONE = "- **One paper with a title** [[paper](https://arxiv.org/abs/2001.00001)]"
TWO = "- **Another paper with a title** [[paper](https://arxiv.org/abs/2002.00002)]"


def renamed(text: str, old: str, new: str) -> str:
    outcome = rearrange(read(text.encode()), [RenamedHeading((old,), new)], read)
    assert outcome.refusals == ()
    return outcome.source.decode()


CONTENTS = f"""\
# Papers

- [Old Name](#old-name)
- [Papers & Code](#papers--code), [see there](#Old-Name)
- <a href="#old-name">Old Name</a>

## Old Name

{ONE}

## Papers & Code

See [Old Name](#old-name) and [another page](other.md#old-name).
"""


def test_links_follow_a_renamed_heading() -> None:
    assert renamed(CONTENTS, "Old Name", "Its New (Name)") == (
        CONTENTS.replace("[Old Name](#old-name)", "[Its New (Name)](#its-new-name)")
        .replace("(#Old-Name)", "(#its-new-name)")
        .replace('"#old-name"', '"#its-new-name"')
        .replace("## Old Name", "## Its New (Name)")
    )


def test_a_heading_renamed_back_leaves_the_bytes_as_they_were() -> None:
    text = CONTENTS.replace("Old-Name", "old-name")

    assert renamed(renamed(text, "Old Name", "New Name"), "New Name", "Old Name") == text


def test_links_in_entries_code_and_comments_and_to_a_persons_own_anchors_stay() -> None:
    link = "[there](#old-name)"
    text = f"## Old Name\n\n{ONE} {link}\n\n```\n{link}\n```\n\n<!-- {link} -->\n"

    assert renamed(text, "Old Name", "New") == text.replace("## Old Name", "## New")
    own = f'{link}\n\n<a name="old-name"></a>\n## Old Name\n\n{ONE}\n'
    assert renamed(own, "Old Name", "New") == own.replace("## Old Name", "## New")


def test_links_to_the_second_heading_of_a_name_follow_when_the_first_is_renamed() -> None:
    text = f"[1](#code) [2](#code-1)\n\n# A\n\n## Code\n\n{ONE}\n\n# B\n\n## Code\n\n{TWO}\n"

    outcome = rearrange(read(text.encode()), [RenamedHeading(("A", "Code"), "Demos")], read)

    assert outcome.source.decode() == text.replace(
        "[1](#code) [2](#code-1)", "[1](#demos) [2](#code)"
    ).replace("## Code", "## Demos", 1)


def test_an_encoded_anchor_stays_encoded() -> None:
    text = f"[生成](#%E7%94%9F%E6%88%90)\n\n## 生成\n\n{ONE}\n"

    assert "[识别](#%E8%AF%86%E5%88%AB)\n\n## 识别\n" in renamed(text, "生成", "识别")


def test_anchors_are_those_of_github() -> None:
    headings = [
        "Papers & Code",
        "🔥 News",
        "`A_b`: [C](x.md)",
        "生成（模型）",
        "Papers & Code",
        "É 2.0",
    ]

    assert anchors(headings) == [
        *("papers--code", "-news", "a_b-c", "生成模型", "papers--code-1", "é-20"),
    ]


def test_a_comment_behind_a_heading_is_no_part_of_its_name_and_stays() -> None:
    text = f"[Old](#old)\n\n## Old <!-- omit in toc --> ##\n\n{ONE}\n"

    assert read(text.encode()).entries[0].heading_keys == ("Old",)
    assert renamed(text, "Old", "New") == text.replace("Old", "New").replace("#old", "#new")
