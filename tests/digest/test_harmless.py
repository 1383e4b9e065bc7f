"""What comes from a library is text: it begins no element, comment or link in a digest."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks, Hyperlink, Members, Names, Value, WebLinks
from zoterodigest.digest.write.edit import Edited, put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.shown import shows
from zoterodigest.digest.write.steps import NewEntry

QUOTED = """\
> **A Title**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2504.18524), [code](https://github.com/a/b)
> Task: image restoration
>
> - One.
> - Two <kbd>keys</kbd>.
"""
FOLDED = """\
<details>
<summary><b>A Title</b></summary>

* **Authors:** Ada Lovelace, Alan Turing
* **arXiv ID:** 2504.18524
* **One-liner:** In one line
* **Published in:** CVPR 2025

> **Quoted**
> A sentence.

<details>
    <summary>Key points</summary>
    * One.
    * Two.
</details>
</details>
"""
DAILY = """\
| **Title** | **Date** | **Abstract** | **Comment** |
| --- | --- | --- | --- |
| **[A Title](http://arxiv.org/abs/2403.03206v1)** | 2024-03-05 \
| <details><summary>Show</summary><p>An abstract.</p></details> | 15 pages |
"""
LIVE = (
    "A <!-- b",
    "A <img src=x onerror=alert(1)> b",
    "A <script>alert(1)</script>",
    "A </table> b",
    "A <b onclick=alert(1)>b</b>",
    "A <svg/onload=alert(1)",
    "A <b> that is never closed",
    "A </b></summary> b",
    "A <?php b",
    "A [b](javascript:alert(1))",
    "A ![b](https://example.org/seen.png)",
)


def written(source: str, name: str, value: Value) -> tuple[Edited, str]:
    """Put one field into the only entry; return what came of it, and the bytes as text."""
    edited = put_digest(read(source.encode()), {0: {name: value}}, read)
    return edited, edited.source.decode()


@pytest.mark.parametrize("digest", [QUOTED, FOLDED, DAILY], ids=["quoted", "folded", "daily"])
@pytest.mark.parametrize("text", LIVE)
def test_a_title_with_html_is_written_as_the_text_it_is(digest: str, text: str) -> None:
    edited, after = written(digest, "title", text)

    assert edited.refusals == ()
    assert shows(read(edited.source).entries[0].reading.fields["title"], text)
    assert after.count("<") + after.count("](") == digest.count("<") + digest.count("](")


@pytest.mark.parametrize(
    ("digest", "name", "value"),
    [
        (QUOTED, "venue", "<script>x</script>"),
        (QUOTED, "task", Members(("<!-- x",))),
        (FOLDED, "authors", Names(("Ada <img src=x> Lovelace",))),
        (DAILY, "abstract", "An abstract </p></details><script>x</script>"),
        (DAILY, "comment", "see <a href=javascript:x>here</a>"),
    ],
)
def test_so_is_every_other_field(digest: str, name: str, value: Value) -> None:
    edited, after = written(digest, name, value)

    assert edited.refusals == ()
    assert after.count("<") == digest.count("<")


def test_marks_that_set_letters_pass_where_they_are_closed() -> None:
    title = 'H<sub>2</sub>O at <i>T</i> < 5 <span class="nocase">K</span>'

    _, after = written(QUOTED, "title", title)

    assert title in after


def test_marks_out_of_order_are_text() -> None:
    _, after = written(QUOTED, "title", "A <i>b</b> c</i>")

    assert "> **A <i>b&lt;/b> c</i>**" in after


def test_what_stood_there_already_stays() -> None:
    blocks = Blocks(("- One.", "- Two <kbd>keys</kbd>, and three."))

    edited, after = written(QUOTED, "summary", blocks)

    assert edited.refusals == ()
    assert after == QUOTED.replace("</kbd>.", "</kbd>, and three.")


def test_html_in_a_bullet_is_written_as_the_text_it_is() -> None:
    edited, after = written(QUOTED, "summary", Blocks(("- One <img src=x>.", "- \\<b> and `<b>`.")))

    assert edited.refusals == ()
    assert "> - One &lt;img src=x>.\n> - \\<b> and `<b>`." in after


def test_a_backslash_saves_nothing_where_no_markdown_is_read() -> None:
    edited, after = written(FOLDED, "section:Key points", Blocks(("* One \\<script>.", "* Two.")))

    assert edited.refusals == ()
    assert "    * One &lt;script>.\n" in after


@pytest.mark.parametrize("text", ["* One `<script>`.", "* One $<script>$."])
def test_what_can_be_no_entity_is_refused_where_it_would_be_an_element(text: str) -> None:
    edited, after = written(FOLDED, "section:Key points", Blocks((text, "* Two.")))

    assert [refusal.field for refusal in edited.refusals] == ["section:Key points"]
    assert "would come to life" in edited.refusals[0].reason
    assert after == FOLDED


def test_code_in_markdown_keeps_its_signs() -> None:
    edited, after = written(FOLDED, "section:Quoted", Blocks(("The `<video>` element.",)))

    assert edited.refusals == ()
    assert "> The `<video>` element.\n" in after


def test_a_label_with_html_is_refused() -> None:
    links = WebLinks((Hyperlink("<script>x", "https://github.com/a/b"),))

    edited, after = written(QUOTED, "links", links)

    assert [refusal.reason for refusal in edited.refusals] == ["the label of a link holds HTML"]
    assert after == QUOTED


def test_an_armored_title_with_a_link_reads_back_as_it_is() -> None:
    title = "**Bold** _it_ [b](c) $x_1$"

    edited, after = written(QUOTED, "title", title)

    assert edited.refusals == ()
    assert "&&" not in after
    assert read(edited.source).entries[0].reading.fields["title"] == title


LISTS = {
    "template": "- One Title. Ada Lovelace, Kurt Gödel. ICML 2019 [[pdf](https://arxiv.org/abs/1901.00001)]\n"
    "- Two Titles. Emmy Noether, Kurt Gödel. ICML 2018 [[pdf](https://arxiv.org/abs/1901.00002)]\n",
    "parts": "**One Fine Title** \\\n*Ada Lovelace, Kurt Gödel* \\\n"
    "ICML 2019. [[Paper](https://arxiv.org/abs/1901.00001)] [[Code](https://github.com/a/b)]\n",
    "fields": "- **One Fine Title**\n  - Venue: ICML 2019\n"
    "  - Paper: https://arxiv.org/abs/1901.00001\n  - Code: https://github.com/a/b\n",
    "html": "<ul>\n<li><b>One Fine Title</b>, Ada Lovelace, ICML 2019. "
    '<a href="https://arxiv.org/abs/1901.00001">arXiv</a></li>\n</ul>\n',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_new_entry_brings_nothing_to_life(name: str) -> None:
    before = read(f"# Papers\n\n{LISTS[name]}".encode())
    fields: dict[str, Value] = {
        "title": "A <script>alert(1)</script> Title",
        "authors": Names(("Ada <img src=x onerror=alert(1)> Lovelace", "Kurt Gödel")),
        "venue": "ICML <b onclick=alert(1)>",
        "arxiv": "1901.00003",
        "links": WebLinks(
            (
                Hyperlink("Code", "javascript:alert(1)"),
                Hyperlink("<svg/onload=alert(1)>", "https://example.org/a"),
                Hyperlink("Project", 'https://example.org/"><script>alert(1)</script>'),
            )
        ),
    }

    outcome = rearrange(before, [NewEntry("new", None, fields)], read)

    text = outcome.source.decode()
    # In one line of plain text no entity would be read as the title, so it is refused.
    assert bool(outcome.refusals) is (name == "template")
    alive = ("<script", "<svg", "<img src=x", "<b onclick", "javascript:")
    assert [it for it in alive if it in text] == []


DISGUISED = ("java\tscript:alert(1)", "\x01javascript:alert(1)", "javascript&colon;alert(1)")


@pytest.mark.parametrize("url", DISGUISED)
@pytest.mark.parametrize("name", LISTS)
def test_a_new_entry_has_no_link_that_a_browser_reads_as_a_script(name: str, url: str) -> None:
    before = read(f"# Papers\n\n{LISTS[name]}".encode())
    links = WebLinks((Hyperlink("Code", url),))
    fields: dict[str, Value] = {"title": "A New Title", "arxiv": "1901.00003", "links": links}

    outcome = rearrange(before, [NewEntry("new", None, fields)], read)

    assert outcome.refusals == ()
    assert "script" not in outcome.source.decode()


def test_the_date_of_a_new_entry_brings_nothing_to_life() -> None:
    fields: dict[str, Value] = {
        "title": "A New Title",
        "arxiv": "2403.00001",
        "date": "<img src=x onerror=alert(1)>",
    }

    outcome = rearrange(read(DAILY.encode()), [NewEntry("new", None, fields)], read)

    assert "A New Title" in outcome.source.decode()
    assert "<img" not in outcome.source.decode()


def test_a_first_summary_with_html_in_a_formula_is_refused_for_that_reason() -> None:
    digest = (
        "- [One Fine Title](https://arxiv.org/abs/1901.00001). *Ada Lovelace*. ICML 2019.\n"
        "- [Two Fine Titles](https://arxiv.org/abs/1901.00002). *Ada Lovelace*. ICML 2019.\n"
        "  - A summary.\n"
    )

    edited, after = written(digest, "summary", Blocks(("Of $a <img src=x> b$.",)))

    assert "HTML in code or in a formula" in edited.refusals[0].reason
    assert after == digest


@pytest.mark.parametrize("url", ["javascript:alert(1)", *DISGUISED])
@pytest.mark.parametrize("name", LISTS)
def test_a_new_entry_is_not_linked_to_a_script(name: str, url: str) -> None:
    before = read(f"# Papers\n\n{LISTS[name]}".encode())
    fields: dict[str, Value] = {
        "title": "A New Title",
        "authors": Names(("Kurt Gödel",)),
        "venue": "ICML",
        "year": "2020",
        "url": url,
    }

    outcome = rearrange(before, [NewEntry("new", None, fields)], read)

    assert "script" not in outcome.source.decode()
