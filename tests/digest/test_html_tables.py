"""Tables in HTML: rows, cells over several of them, edits and new rows."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields, Hyperlink, Members, Names, WebLinks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

A, B = "Deep Residual Learning", "Graph Attention Networks"
AT_A, AT_B = "https://arxiv.org/abs/1512.03385", "https://arxiv.org/abs/1710.10903"


def link(url: str, label: str) -> str:
    """A link of HTML."""
    return f'<a href="{url}">{label}</a>'


def table(*rows: str) -> bytes:
    """A page with a table of these rows."""
    return "\n".join(("# Papers", "", "<table>", *rows, "</table>", "", "Text.", "")).encode()


def row(*cells: str) -> str:
    """A row with a line for each cell."""
    return "\n".join(("<tr>", *(f"  <td>{cell}</td>" for cell in cells), "</tr>"))


HEAD = "<tr><th>Year</th><th>Title</th><th>Paper</th><th>Code</th></tr>"
TWO = table(
    f"<thead>{HEAD}</thead>".replace("<thead><tr>", "<thead>\n<tr>"),
    row("2016", f"<b>{A}</b>", link(AT_A, "[PDF]"), link("https://github.com/a/b", "[Code]")),
    row("2018", "Graph <br>Attention Networks", link(AT_B, "[PDF]"), "-"),
)


def test_a_row_is_an_entry_and_stands_on_all_its_lines() -> None:
    entries = read(TWO).entries

    assert [(it.title, it.reading.fields["year"]) for it in entries] == [(A, "2016"), (B, "2018")]
    assert [(it.first, it.last) for it in entries] == [(5, 10), (11, 16)]
    assert [one.label for one in entries[0].reading.links] == ["PDF", "Code"]


CARDS = (
    row("", "Paper", "Venue", "Links"),
    row(
        "<img src='a.png'>",
        f"<a href='{AT_A}'><b>{A}</b></a><br><i>Kaiming He et al.</i>",
        "CVPR <b>Oral</b>",
        "&ndash;",
    ),
    '<tr><td colspan="4"><b>Graphs</b></td></tr>',
    row(
        "",
        f"<a href='{AT_B}'>{B}</a><br><sub>Petar Veličković, Pietro Liò</sub>",
        "<b>ICLR 2018</b>",
        f"{link('https://github.com/a/b', 'code')} &middot; {link('https://a.org', 'demo')}",
    ),
)


def test_a_card_shows_title_authors_venue_and_links_and_a_heading_in_a_row_is_no_entry() -> None:
    first, second = (it.reading for it in read(table(*CARDS)).entries)

    assert (first.fields["title"], first.fields["arxiv"]) == (A, "1512.03385")
    assert first.fields["authors"] == Names(("Kaiming He",), truncated=True)
    assert (first.fields["venue"], first.fields["award"]) == ("CVPR", Members(("Oral",)))
    assert second.fields["authors"] == Names(("Petar Veličković", "Pietro Liò"))
    assert (second.fields["venue"], second.fields["year"]) == ("ICLR", "2018")
    assert [it.label for it in second.links] == ["code", "demo"]


def test_a_cell_over_two_rows_belongs_to_both_and_only_to_them() -> None:
    spanned = row("2016", A, link(AT_A, "PDF"), "-").replace("<td>2016", '<td rowspan="2">2016')
    under = row(B, link(AT_B, "PDF"), "-")
    last = row("2020", B, link(AT_B, "PDF"), "-")

    entries = read(table(HEAD, spanned, under, last)).entries

    assert [it.reading.fields["year"] for it in entries] == ["2016", "2016", "2020"]


def test_a_cell_over_two_rows_is_not_changed_for_one_of_them() -> None:
    spanned = row("2016", A, link(AT_A, "PDF"), "-").replace("<td>2016", '<td rowspan="2">2016')
    source = table(HEAD, spanned, row(B, link(AT_B, "PDF"), "-"))

    done = put_digest(read(source), {0: {"year": "2017"}}, read)

    assert [it.field for it in done.refusals] == ["year"]
    assert done.source == source


@pytest.mark.parametrize(
    "rows",
    [
        (row("Dataset", "Size"), row("COCO", link(AT_A, "arXiv"))),
        ("<tr><th>Method</th><th>Paper</th></tr>", row("GAT", link(AT_B, "arXiv"))),
        (row("<img src='a.png'>", "<img src='b.png'>"),),
    ],
)
def test_another_table_holds_no_papers(rows: tuple[str, ...]) -> None:
    assert read(table(*rows)).entries == ()


def test_an_edit_writes_html_and_moves_nothing_else() -> None:
    links = WebLinks((Hyperlink("Code", "https://github.com/x/y"),))
    changes: dict[int, Fields] = {0: {"title": "A < B & C"}, 1: {"links": links, "year": "2019"}}

    done = put_digest(read(TWO), changes, read)

    assert done.refusals == ()
    new = link("https://github.com/x/y", "Code")
    after = TWO.decode().replace(A, "A < B & C").replace("<td>2018", "<td>2019")
    code = done.source.decode().split("Networks</td>")[1]
    assert done.source.decode().split("Networks</td>")[0] == after.split("Networks</td>")[0]
    assert new in code or "https://github.com/x/y" in code


def test_a_new_row_has_the_cells_of_the_others() -> None:
    fields: Fields = {"title": "A New Title", "year": "2024", "arxiv": "2401.00001"}
    form = read(TWO).entries[0].format

    done = rearrange(read(TWO), [NewEntry("new", None, fields, form)], read)

    assert done.refusals == ()
    new = row("2024", "A New Title", link("https://arxiv.org/abs/2401.00001", "[PDF]"), "-")
    assert f"</tr>\n{new}\n</table>" in done.source.decode()


def test_a_cell_without_a_value_says_so_as_most_others_do() -> None:
    by = "<br><sub>Ada Lovelace, Kurt Gödel</sub>"
    rows = (
        row(link(AT_A, A) + by, "CVPR 2017", link("https://github.com/a/b", "code")),
        row(link(AT_B, B), "", "&ndash;"),
    )
    before = read(table(row("Paper", "Venue", "Code"), *rows))
    fields: Fields = {**NEW_CARD, "venue": "ICML", "year": "2024"}
    fields = {**fields, "authors": Names(("Ada Lovelace", "Kurt Gödel"))}

    done = rearrange(before, [NewEntry("new", None, fields, before.entries[0].format)], read)

    title = link("https://arxiv.org/abs/2401.00001", "A New Title")
    new = row(title + by, "ICML 2024", "&ndash;")
    assert new in done.source.decode()


NEW_CARD: Fields = {
    "title": "A New Title",
    "authors": Names(("Ada Lovelace",)),
    "arxiv": "2401.00001",
}


def test_a_new_card_has_its_title_in_a_link_and_its_authors_below() -> None:
    before = read(table(*CARDS))

    done = rearrange(before, [NewEntry("new", None, NEW_CARD, before.entries[0].format)], read)

    assert done.refusals == ()
    link = "<a href='https://arxiv.org/abs/2401.00001'>A New Title</a>"
    assert f"<td>{link}<br><sub>Ada Lovelace</sub></td>" in done.source.decode()


def test_what_a_link_says_of_another_paper_is_not_written_anew() -> None:
    before = read(table(*(it.replace("<a href='", "<a title='Deep' href='") for it in CARDS)))

    done = rearrange(before, [NewEntry("new", None, NEW_CARD, before.entries[0].format)], read)

    assert [it[1] for it in done.refusals] == ["a new entry needs a title"]
