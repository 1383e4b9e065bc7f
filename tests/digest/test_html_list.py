"""Lists in HTML: an `<li>` for each paper, read and written as the ones around."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks, Fields, Hyperlink, Names, WebLinks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

TITLE = "Attention Is All You Need"
URL = "https://arxiv.org/abs/1706.03762"
BADGE = f'<a href="{URL}"><img src="https://img.shields.io/b.svg" alt="arXiv"></a>'


def page(*items: str) -> bytes:
    """A page with a list of these items, each up to its end tag."""
    return "\n".join(("# Papers", "", "<ul>", *items, "</ul>", "", "Text.", "")).encode()


@pytest.mark.parametrize(
    "item",
    [
        f"<li><i><b>{TITLE}</b></i>, Vaswani et al., NeurIPS 2017. {BADGE}</li>",
        f'<li><a href="{URL}" target="_blank">{TITLE}</a>, Vaswani et al., NeurIPS 2017</li>',
        f"<li>Vaswani et al. <a href='{URL}'><b>{TITLE}</b></a>. <i>NeurIPS 2017</i></li>",
        f"<li>\n  <strong>1. {TITLE}</strong><br>\n  Vaswani et al.<br>\n  <em>NeurIPS 2017</em>\n"
        f"  [{BADGE}]\n</li>",
        f"<li>[NeurIPS 2017] <b>{TITLE}</b>, Vaswani et al. {BADGE}",
        f"<li>“{TITLE},” Vaswani et al., NeurIPS 2017. {BADGE}</li>",
    ],
)
def test_an_item_of_html_is_an_entry(item: str) -> None:
    (entry,) = read(page(item)).entries

    assert (entry.title, entry.reading.fields["arxiv"]) == (TITLE, "1706.03762")
    assert entry.reading.fields["venue"] == "NeurIPS"
    assert entry.reading.fields["authors"] == Names(("Vaswani",), truncated=True)
    assert (entry.first, entry.last) == (3, 3 + item.count("\n"))


@pytest.mark.parametrize(
    ("words", "people"),
    [("Gu and Dao", ("Gu", "Dao")), ("Code and Data", ()), ("Gu", ()), ("Google and Meta", ())],
)
def test_two_last_names_behind_a_title_are_authors(words: str, people: tuple[str, ...]) -> None:
    (entry,) = read(page(f"<li><b>{TITLE}</b>, {words}, {BADGE}</li>")).entries

    assert entry.reading.fields.get("authors", Names(())) == Names(people)


@pytest.mark.parametrize(
    "item",
    [
        '<li><a href="#papers">Papers</a></li>',
        '<li><a href="https://huggingface.co/docs/peft">The documentation of PEFT</a></li>',
        f'<li>See <a href="{URL}">paper</a></li>',
        "<li><b>News</b>: the list has moved</li>",
        f'<li>Topic<ul>\n<li><a href="{URL}">pdf</a></li>\n</ul></li>',
    ],
)
def test_another_item_of_html_is_none(item: str) -> None:
    assert read(page(item)).entries == ()


def test_an_item_ends_where_the_next_begins() -> None:
    source = page(f"<li><b>{TITLE}</b> {BADGE}", f"<li><b>{TITLE}</b> {BADGE}")

    assert [(one.first, one.last) for one in read(source).entries] == [(3, 3), (4, 4)]


def test_a_new_item_and_a_new_link_are_written_in_html() -> None:
    source = page(f"<li><i>{TITLE}</i>, Ada Lovelace, NeurIPS 2017. {BADGE}</li>")
    fields: Fields = {
        "title": "A New Title",
        "authors": Names(("Kurt Gödel",)),
        "venue": "ICML",
        "year": "2024",
        "arxiv": "2401.00001",
        "summary": Blocks(("No room.",)),
    }
    form = read(source).entries[0].format
    added = rearrange(read(source), [NewEntry("new", None, fields, form)], read)
    links = WebLinks((Hyperlink("code", "https://github.com/x/y"),))
    edited = put_digest(read(source), {0: {"links": links}}, read)

    assert (
        "<li><i>A New Title</i>, Kurt Gödel, ICML 2024. "
        f"{BADGE.replace('1706.03762', '2401.00001')}</li>\n</ul>\n"
    ) in added.source.decode()
    assert f'{BADGE} <a href="https://github.com/x/y">code</a></li>' in edited.source.decode()
