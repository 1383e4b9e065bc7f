"""Entries (rules 4, 5, 9, 11, 12, 14): types, venues, dates, pages, arXiv ids and addresses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bibtex.items import BIBLATEX, BIBTEX, a_paper, a_person, an_item, entry_of, fields_of
from zoterodigest.bibtex.export.bib_style import write_bib
from zoterodigest.bibtex.facts.rules import Style
from zoterodigest.bibtex.tex.latex import Dialect

CVPR = "Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition"
ICML = "International Conference on Machine Learning"
ACL = "Association for Computational Linguistics"

TYPES: list[tuple[dict[str, Any], str, str]] = [
    (an_item(publicationTitle="Nature"), "article", "article"),
    (an_item(), "misc", "misc"),
    (a_paper(proceedingsTitle="CVPR"), "inproceedings", "inproceedings"),
    (a_paper(conferenceName="Some Conf"), "inproceedings", "inproceedings"),
    (a_paper(), "misc", "misc"),
    (a_paper(extra="arXiv: 2103.00020"), "article", "online"),
    (a_paper(proceedingsTitle="arXiv 2024", extra="arXiv: 2103.00020"), "article", "online"),
    (an_item("preprint", archiveID="arXiv:2103.00020"), "article", "online"),
    (an_item("preprint", archiveID="arXiv:2103.00020", creators=[]), "misc", "online"),
    (an_item("preprint", repository="bioRxiv", DOI="10.1101/1"), "article", "online"),
    (an_item("preprint", repository="bioRxiv"), "article", "misc"),
    (an_item("book", publisher="MIT Press"), "book", "book"),
    (an_item("book"), "misc", "book"),
    (an_item("book", publisher="P", creators=[a_person("E", "D", "editor")]), "book", "collection"),
    (an_item("bookSection", bookTitle="B", publisher="P"), "incollection", "inbook"),
    (
        an_item(
            "bookSection",
            bookTitle="B",
            publisher="P",
            creators=[a_person("A", "B"), a_person("E", "D", "editor")],
        ),
        "incollection",
        "incollection",
    ),
    (an_item("thesis", university="MIT"), "phdthesis", "thesis"),
    (an_item("thesis", university="MIT", thesisType="Master's thesis"), "mastersthesis", "thesis"),
    (an_item("thesis"), "misc", "misc"),
    (an_item("report", institution="OpenAI"), "techreport", "report"),
    (an_item("report"), "misc", "misc"),
    (an_item("webpage", url="https://e.f"), "misc", "online"),
    (an_item("webpage"), "misc", "misc"),
    (an_item("blogPost", url="https://e.f", blogTitle="B"), "misc", "online"),
    (an_item("computerProgram"), "misc", "software"),
    (an_item("dataset"), "misc", "dataset"),
    (an_item("document"), "misc", "misc"),
    (an_item("somethingNew"), "misc", "misc"),
]


@pytest.mark.parametrize(("item", "bibtex", "biblatex"), TYPES)
def test_an_item_is_an_entry_of_a_type(item: dict[str, Any], bibtex: str, biblatex: str) -> None:
    assert entry_of(item).entry_type == bibtex
    assert entry_of(item, BIBLATEX).entry_type == biblatex


VENUES = [
    ("CVPR", "2024", CVPR, "IEEE"),
    ("CVPR 2024 Highlight", "2024", CVPR, "IEEE"),
    ("CVPR2024", "2024", CVPR, "IEEE"),
    ("CVPR", "2016", CVPR.replace("IEEE/CVF", "IEEE"), "IEEE"),
    (
        "2021 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)",
        "2021",
        CVPR,
        "IEEE",
    ),
    ("CVPR Workshops", "2023", f"{CVPR} Workshops", "IEEE"),
    ("CVPR 2023 Workshop on Foo (Oral)", "2023", "CVPR 2023 Workshop on Foo", ""),
    ("ICML", "2023", f"Proceedings of the 40th {ICML}", "PMLR"),
    ("ECCV", "2022", "Computer Vision -- ECCV 2022", "Springer"),
    (
        "NIPS",
        "2017",
        "Advances in Neural Information Processing Systems",
        "Curran Associates, Inc.",
    ),
    (
        "ICLR 2024 Oral",
        "2024",
        "International Conference on Learning Representations",
        "OpenReview.net",
    ),
    ("Findings of EMNLP 2022", "2022", f"Findings of the {ACL}: EMNLP 2022", ACL),
    ("ACL 2023 Findings", "2023", f"Findings of the {ACL}: ACL 2023", ACL),
    ("Symposium on Things (Best Paper)", "2024", "Symposium on Things", ""),
    ("R&D Conf_1", "2024", r"R\&D Conf\_1", ""),
]


@pytest.mark.parametrize(("venue", "year", "booktitle", "publisher"), VENUES)
def test_a_paper_appeared_in_the_official_book(
    venue: str, year: str, booktitle: str, publisher: str
) -> None:
    fields = fields_of(a_paper(proceedingsTitle=venue, date=year))

    assert fields["booktitle"] == booktitle
    assert fields.get("publisher", "") == publisher


def test_proceedings_have_the_volume_of_their_year_unless_the_item_has_one() -> None:
    assert fields_of(a_paper(proceedingsTitle="ICML", date="2021"))["volume"] == "139"
    assert fields_of(a_paper(proceedingsTitle="ICML", date="2021", volume="7"))["volume"] == "7"
    assert "volume" not in fields_of(a_paper(proceedingsTitle="ICML", date="1999"))


PAGES = [
    ("https://openaccess.thecvf.com/content/CVPR2021/html/Jo_X_CVPR_2021_paper.html", CVPR, "2021"),
    (
        "https://openaccess.thecvf.com/content_cvpr_2017_workshops/w12/html/x.html",
        CVPR.replace("IEEE/CVF", "IEEE") + " Workshops",
        "2017",
    ),
    (
        "https://openaccess.thecvf.com/content/CVPR2023W/NTIRE/html/x.html",
        f"{CVPR} Workshops",
        "2023",
    ),
    (
        "https://www.ecva.net/papers/eccv_2022/papers_ECCV/html/1_ECCV_2022_paper.php",
        "Computer Vision -- ECCV 2022",
        "2022",
    ),
    (
        "https://aclanthology.org/2023.findings-emnlp.12/",
        f"Findings of the {ACL}: EMNLP 2023",
        "2023",
    ),
    (
        "https://papers.nips.cc/paper/2021/hash/x-Abstract.html",
        "Advances in Neural Information Processing Systems",
        "2021",
    ),
]


@pytest.mark.parametrize(("url", "booktitle", "year"), PAGES)
def test_a_page_tells_the_venue_and_the_year_that_are_missing(
    url: str, booktitle: str, year: str
) -> None:
    fields = fields_of(a_paper(url=url, date=""))

    assert (fields["booktitle"], fields["year"], fields["url"]) == (booktitle, year, url)


def test_short_venues_are_short() -> None:
    style = Style(short_venues=True)

    assert fields_of(a_paper(proceedingsTitle="Findings of EMNLP 2022"), style)["booktitle"] == (
        "EMNLP Findings"
    )
    assert fields_of(a_paper(proceedingsTitle=CVPR), style)["booktitle"] == "CVPR"


def test_an_award_is_a_note_only_if_it_is_asked_for() -> None:
    item = a_paper(
        proceedingsTitle="CVPR", tags=[{"tag": "award:Oral"}, {"tag": "award:Best Paper"}]
    )

    assert "note" not in fields_of(item)
    assert fields_of(item, Style(awards=True))["note"] == "Oral. Best Paper"


def test_keywords_are_tasks_and_own_tags_and_those_with_commas_stand_in_braces() -> None:
    tags = ["mine", "task:a & b", "task:x, y", "venue:CVPR", "category:cs.CV", "award:Oral"]

    fields = fields_of(an_item(tags=[{"tag": tag} for tag in tags]))

    assert fields["keywords"] == r"a \& b, {x, y}, mine"


def test_abstract_and_comment_are_there_if_they_are_asked_for() -> None:
    item = an_item(abstractNote="50% of\nall", extra="Comment: 12 pages\nownline\nkey: value")

    assert fields_of(item).keys().isdisjoint({"abstract", "note"})
    fields = fields_of(item, Style(abstract=True, note=True))
    assert (fields["abstract"], fields["note"]) == (r"50\% of all", "12 pages. ownline")


DATES = [
    ("2024-05-12", "2024", "may", "2024-05-12"),
    ("May 2024", "2024", "may", "2024-05"),
    ("12 May 2024", "2024", "may", "2024-05-12"),
    ("2024", "2024", "", "2024"),
    ("2024-00-00", "2024", "", "2024"),
    ("Spring 2024", "2024", "", "2024"),
    ("2023/2024", "2023", "", "2023"),
    ("c. 1859", "1859", "", "1859"),
    ("24 November 1859", "1859", "nov", "1859-11-24"),
    ("06/2023", "2023", "jun", "2023-06"),
    ("6-2023", "2023", "jun", "2023-06"),
    ("06/18/2023", "2023", "jun", "2023-06-18"),
    ("18/06/2023", "2023", "jun", "2023-06-18"),
    ("3.4.2023", "2023", "apr", "2023-04-03"),
    ("03/04/2023", "2023", "", "2023"),
    ("2022/10/06", "2022", "oct", "2022-10-06"),
    ("2022/6/26", "2022", "jun", "2022-06-26"),
    ("8/2019", "2019", "aug", "2019-08"),
    ("juin 2021", "2021", "jun", "2021-06"),
    ("5. Oktober 2021", "2021", "oct", "2021-10-05"),
    ("5 de mayo de 2021", "2021", "may", "2021-05-05"),
    ("05/05/2023", "2023", "may", "2023-05-05"),
    ("2023-06-00", "2023", "jun", "2023-06"),
    ("2023 Jun 18", "2023", "jun", "2023-06-18"),
    ("2023, June", "2023", "jun", "2023-06"),
    ("Fri, 05 May 2023", "2023", "may", "2023-05-05"),
    ("2023-06-05T10:20:30Z", "2023", "jun", "2023-06-05"),
    ("June 18-22, 2023", "2023", "jun", "2023-06-18/2023-06-22"),
    ("June 18–22, 2023", "2023", "jun", "2023-06-18/2023-06-22"),
    ("June 18th to 22nd, 2023", "2023", "jun", "2023-06-18/2023-06-22"),
    ("18-22 June 2023", "2023", "jun", "2023-06-18/2023-06-22"),
    ("30 June - 4 July, 2023", "2023", "jun", "2023-06-30/2023-07-04"),
    ("Jun. 30 - Jul. 4, 2023", "2023", "jun", "2023-06-30/2023-07-04"),
    ("December 30, 2023 - January 2, 2024", "2023", "dec", "2023-12-30/2024-01-02"),
    ("May/June 2023", "2023", "may", "2023-05/2023-06"),
    ("Jul-Aug 2023", "2023", "jul", "2023-07/2023-08"),
    ("2023-06-18/2023-06-22", "2023", "jun", "2023-06-18/2023-06-22"),
    ("2023-06-18/22", "2023", "jun", "2023-06-18/2023-06-22"),
    ("2023-06-18 to 2023-06-22", "2023", "jun", "2023-06-18/2023-06-22"),
    ("Dec 30 - Jan 2, 2024", "2024", "jan", "2024-01-02"),
    ("2023-06/2023-08", "2023", "jun", "2023-06/2023-08"),
    ("2023-06-18/2024", "2023", "jun", "2023-06-18"),
    ("July 2, 2023 (online)", "2023", "jul", "2023-07-02"),
    ("31/06/2023", "2023", "", "2023"),
    ("13/2023", "2023", "", "2023"),
    ("n.d.", "", "", ""),
    ("in press", "", "", ""),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("date", "year", "month", "iso"), DATES)
def test_a_date_is_a_year_and_a_bare_month_or_iso(
    date: str, year: str, month: str, iso: str
) -> None:
    item = an_item(publicationTitle="Nature", date=date)

    fields = fields_of(item)

    assert (fields.get("year", ""), fields.get("month", "")) == (year, month)
    assert fields_of(item, BIBLATEX).get("date", "") == iso
    assert (f"  month = {month},\n" in write_bib([entry_of(item)])) is bool(month)


NUMBERS = [
    ("1-10", "1--10"),
    ("1–10", "1--10"),
    ("1 -- 10", "1--10"),
    ("1—10", "1--10"),
    ("pp. 1-10", "1--10"),
    ("p. 5", "5"),
    ("123-45", "123--45"),
    ("e123", "e123"),
    ("S1-S10", "S1--S10"),
    ("xii-xv", "xii--xv"),
    ("1, 3-5, 7", "1, 3--5, 7"),
    ("42:1-42:20", "42:1--42:20"),
    ("1-1", "1-1"),
    ("10_x", r"10\_x"),
]


@pytest.mark.parametrize("style", [BIBTEX, BIBLATEX])
def test_a_short_title_is_exported_if_it_says_more_than_the_title(style: Style) -> None:
    own = an_item(title="Scaling: A Study", shortTitle="VideoMAE")
    cut_off = an_item(title="Scaling: A Study", shortTitle="Scaling")

    assert list(fields_of(own, style))[1:3] == ["title", "shorttitle"]
    assert fields_of(own, style)["shorttitle"] == "{VideoMAE}"
    assert "shorttitle" not in fields_of(cut_off, style)


@pytest.mark.parametrize(("pages", "tex"), NUMBERS)
def test_pages_have_an_en_dash(pages: str, tex: str) -> None:
    assert fields_of(an_item(publicationTitle="Nature", pages=pages))["pages"] == tex


def test_a_paper_in_a_volume_has_no_number() -> None:
    item = a_paper(proceedingsTitle="X", volume="3", issue="2", series="S", seriesNumber="9")

    fields = fields_of(item)

    assert (fields["volume"], fields["series"]) == ("3", "S")
    assert "number" not in fields


ARXIV = [
    ({"archiveID": "arXiv:2103.00020"}, "2103.00020", ""),
    ({"archiveID": "2103.00020v3"}, "2103.00020", ""),
    (
        {"archiveID": "arXiv:2103.00020", "extra": "arXiv: 2103.00020 [cs.CV]"},
        "2103.00020",
        "cs.CV",
    ),
    ({"extra": "arXiv: 2103.00020 [cs.CV]"}, "2103.00020", "cs.CV"),
    ({"extra": "foo\narXiv:2103.00020 [cs]\nComment: see arXiv:1111.11111"}, "2103.00020", "cs"),
    ({"extra": "_eprint: 2103.00020"}, "2103.00020", ""),
    ({"extra": "tex.eprint: 2103.00020"}, "2103.00020", ""),
    ({"publicationTitle": "arXiv:2103.00020 [cs, stat]"}, "2103.00020", ""),
    ({"publicationTitle": "arXiv preprint arXiv:2103.00020"}, "2103.00020", ""),
    ({"DOI": "10.48550/arXiv.2103.00020"}, "2103.00020", ""),
    ({"url": "https://arxiv.org/pdf/2103.00020v2"}, "2103.00020", ""),
    ({"url": "http://arxiv.org/abs/cs/0112017"}, "cs/0112017", ""),
    ({"extra": "arXiv: hep-th/9901001"}, "hep-th/9901001", ""),
    ({"extra": "Comment: extends arXiv:2103.00020"}, "", ""),
    ({"url": "https://example.org/2103.00020"}, "", ""),
]


@pytest.mark.parametrize(("data", "eprint", "primary"), ARXIV)
def test_an_arxiv_id_is_found_wherever_it_stands(
    data: dict[str, str], eprint: str, primary: str
) -> None:
    fields = fields_of(an_item(**data))

    assert (fields.get("eprint", ""), fields.get("primaryclass", "")) == (eprint, primary)
    assert fields.get("archiveprefix", "") == ("arXiv" if eprint else "")


def test_an_arxiv_id_is_printed_once_in_either_dialect() -> None:
    data = {"DOI": "10.48550/arXiv.2103.00020", "url": "https://arxiv.org/abs/2103.00020"}
    item = an_item("preprint", archiveID="arXiv:2103.00020", repository="arXiv", **data)

    bibtex, biblatex = fields_of(item), fields_of(item, BIBLATEX)

    assert bibtex["journal"] == "arXiv preprint arXiv:2103.00020"
    assert {"doi", "url", "note"}.isdisjoint(bibtex)
    assert {"doi", "url", "note", "organization", "journaltitle"}.isdisjoint(biblatex)
    assert (biblatex["eprint"], biblatex["eprinttype"]) == ("2103.00020", "arxiv")


@pytest.mark.parametrize(
    ("arxiv", "year"), [("2103.00020", "2021"), ("cs/0112017", "2001"), ("hep-th/9901001", "1999")]
)
def test_an_arxiv_paper_without_authors_and_date_is_misc_with_key_and_year(
    arxiv: str, year: str
) -> None:
    item = an_item("preprint", archiveID=f"arXiv:{arxiv}", creators=[], date="", title="Foo: Bar")

    entry = entry_of(item)
    fields = dict(entry.fields)

    assert (entry.entry_type, fields["key"], fields["year"]) == ("misc", "Foo", year)
    assert fields["note"] == f"arXiv:{arxiv}"
    assert "howpublished" not in fields
    assert {"note", "howpublished"}.isdisjoint(fields_of(item, BIBLATEX))


ADDRESSES = [
    ({"DOI": "https://doi.org/10.1109/a_b"}, "doi", "10.1109/a_b"),
    ({"DOI": "doi: 10.1/x"}, "doi", "10.1/x"),
    ({"DOI": "10.1002/(SICI)1<1::AID>3.0;2-#"}, "doi", "10.1002/(SICI)1<1::AID>3.0;2-#"),
    ({"DOI": "10.1109/CVPR52729.2023.00001"}, "doi", "10.1109/CVPR52729.2023.00001"),
    ({"DOI": "10.1/a{b}c"}, "doi", "10.1/a%7Bb%7Dc"),
    ({"DOI": "10.1/a&lt;b&gt;"}, "doi", "10.1/a<b>"),
    ({"DOI": "https://doi.org/10.1002/(SICI)1%3C1::AID%3E3"}, "doi", "10.1002/(SICI)1<1::AID>3"),
    ({"url": "https://e.f/a_b%20c?x=1&y=~z#t"}, "url", "https://e.f/a_b%20c?x=1&y=~z#t"),
    ({"url": "https://e.f/a b"}, "url", "https://e.f/ab"),
    ({"url": "https://e.f/{x}\\y"}, "url", "https://e.f/%7Bx%7D%5Cy"),
    ({"url": "https://e.f/é/张"}, "url", "https://e.f/%C3%A9/%E5%BC%A0"),
    ({"url": "https://e.f/}\n@misc{x,"}, "url", "https://e.f/%7D@misc%7Bx,"),
    ({"url": "https://doi.org/10.1/X", "DOI": "10.1/x"}, "url", ""),
]


@pytest.mark.parametrize(("data", "name", "value"), ADDRESSES)
def test_an_address_is_verbatim(data: dict[str, str], name: str, value: str) -> None:
    for style in (BIBTEX, BIBLATEX):
        assert fields_of(an_item(**data), style).get(name, "") == value


def test_a_general_entry_has_no_publisher() -> None:
    item = an_item("document", publisher="P", number="3")

    assert fields_of(item).keys() == {"author", "title", "year"}


def test_signs_that_pdflatex_lacks_are_named() -> None:
    item = an_item(title="张 é 三 🤗")

    assert entry_of(item).unsettable == "张三🤗"
    assert entry_of(item, BIBLATEX).unsettable == ""


hostile = st.dictionaries(
    st.sampled_from(
        [
            *("title", "publicationTitle", "proceedingsTitle", "extra", "url", "DOI", "pages"),
            *("date", "volume", "abstractNote", "publisher", "archiveID", "language", "itemType"),
            *("creators", "tags", "citationKey"),
        ]
    ),
    st.none()
    | st.integers()
    | st.text("{}$\\\"@,=#%\n aB1<>&'~^_", max_size=15)
    | st.lists(
        st.none()
        | st.dictionaries(
            st.sampled_from(["name", "lastName", "firstName", "creatorType", "tag"]),
            st.none() | st.just(["x"]) | st.integers() | st.text("{}$\\ aB,\n", max_size=8),
        ),
        max_size=3,
    ),
)


@given(hostile)
def test_no_item_breaks_out_of_its_entry(data: dict[str, Any]) -> None:
    item = {"itemType": "conferencePaper", "title": "T", **data}
    for dialect in Dialect:
        text = write_bib([entry_of(item, Style(dialect, abstract=True, note=True, awards=True))])

        assert text.count("{") == text.count("}")
        assert text.count("\n@") == 0
        assert all(line.startswith(("@", "  ", "}")) for line in text.splitlines())


EXTRA: list[tuple[dict[str, Any], str, str]] = [
    (an_item("book", publisher="P", extra="DOI: 10.1007/978-0"), "doi", "10.1007/978-0"),
    (an_item("thesis", university="U", extra="DOI: 10.7/T_a<1>"), "doi", "10.7/T_a<1>"),
    (an_item("report", institution="I", extra="a\ndoi: https://doi.org/10.1/R"), "doi", "10.1/R"),
    (an_item(DOI="10.1/own", extra="DOI: 10.1/other"), "doi", "10.1/own"),
    (an_item("webpage", url="https://a.b", extra="ISSN: 1234-5678"), "issn", "1234-5678"),
    (a_paper(extra="Publisher: ACM Press", proceedingsTitle="X"), "publisher", "ACM Press"),
    (a_paper(extra="Comment: DOI: 10.1/x"), "doi", ""),
]


@pytest.mark.parametrize(("item", "name", "value"), EXTRA)
def test_a_line_of_extra_states_what_the_type_has_no_field_for(
    item: dict[str, Any], name: str, value: str
) -> None:
    assert fields_of(item).get(name, "") == value


ACCESSED: list[tuple[dict[str, Any], str, str]] = [
    (an_item("webpage", url="https://a.b"), "2023-06-05", "Accessed: 2023-06-05"),
    (an_item("webpage", url="https://a.b", date=""), "2023-06-05", "Accessed: 2023-06-05"),
    (an_item("blogPost", url="https://a.b"), "2023-06-05", "Accessed: 2023-06-05"),
    (an_item("webpage", date=""), "2023-06-05", "Accessed: 2023-06-05"),
    (an_item("book", publisher="P"), "", ""),
    (a_paper(proceedingsTitle="CVPR", url="https://a.b"), "2023-06-05", ""),
    (an_item(DOI="10.1/x", url="https://doi.org/10.1/x"), "", ""),
    (an_item("preprint", archiveID="arXiv:2103.00020"), "", ""),
]


@pytest.mark.parametrize(("item", "urldate", "note"), ACCESSED)
def test_the_day_of_access_stands_with_the_address(
    item: dict[str, Any], urldate: str, note: str
) -> None:
    item |= {"accessDate": "2023-06-05T10:20:30Z"}

    assert fields_of(item, BIBLATEX).get("urldate", "") == urldate
    assert fields_of(item).get("note", "") == note
    assert "urldate" not in fields_of(item)


def test_a_day_of_access_is_no_date_of_publication() -> None:
    item = an_item("webpage", url="https://a.b", date="", accessDate="2023-06-05")

    assert {"year", "month"}.isdisjoint(fields_of(item))
    assert "date" not in fields_of(item, BIBLATEX)


@pytest.mark.parametrize(
    ("isbn", "value"),
    [
        ("978-0-387-31073-2", "978-0-387-31073-2"),
        ("978-0-387-31073-2 0-387-31073-8", "978-0-387-31073-2"),
        ("0-387-31073-8, 978-0-387-31073-2", "978-0-387-31073-2"),
        ("0387310738 (print)", "0387310738"),
        ("ISBN 0-8044-2957-X", "0-8044-2957-X"),
        ("9783030584528; 9783030584535", "9783030584528"),
        ("unknown", "unknown"),
    ],
)
def test_a_book_has_one_isbn(isbn: str, value: str) -> None:
    for style in (BIBTEX, BIBLATEX):
        assert fields_of(an_item("book", publisher="P", ISBN=isbn), style)["isbn"] == value


def test_a_journal_has_one_issn() -> None:
    item = an_item(publicationTitle="Nature", ISSN="0028-0836, 1476-4687")

    assert fields_of(item)["issn"] == "0028-0836"


@pytest.mark.parametrize("volume", ["abs/1706.03762", "abs/1706.03762v5"])
def test_a_paper_of_corr_is_an_arxiv_paper(volume: str) -> None:
    item = an_item(publicationTitle="CoRR", volume=volume, date="2017")

    bibtex, biblatex = fields_of(item), fields_of(item, BIBLATEX)

    assert entry_of(item, BIBLATEX).entry_type == "online"
    assert bibtex["journal"] == "arXiv preprint arXiv:1706.03762"
    assert bibtex["eprint"] == biblatex["eprint"] == "1706.03762"
    assert "volume" not in bibtex


def test_a_patent_shows_its_number_and_holder() -> None:
    item = an_item(
        "patent",
        patentNumber="US 10,452,978 B2",
        assignee="Google LLC",
        country="United States",
        issueDate="2019-10-22",
        filingDate="2018-06-28",
        date="",
    )

    bibtex, biblatex = fields_of(item), fields_of(item, BIBLATEX)

    assert (bibtex["note"], bibtex["year"], bibtex["month"]) == (
        "Patent US 10,452,978 B2",
        "2019",
        "oct",
    )
    assert (biblatex["number"], biblatex["type"]) == ("US 10,452,978 B2", "patent")
    assert (biblatex["holder"], biblatex["location"]) == ("{Google LLC}", "United States")


def test_a_patent_not_yet_granted_has_the_number_of_its_application() -> None:
    item = an_item("patent", applicationNumber="US 16/021,971", filingDate="2018-06-28", date="")

    assert fields_of(item)["note"] == "Patent application US 16/021,971"
    assert fields_of(item, BIBLATEX)["type"] == "patreq"
    assert fields_of(item, BIBLATEX)["date"] == "2018-06-28"


@pytest.mark.parametrize(
    "text",
    ["Taylor & Francis", "Taylor &amp; Francis", r"Taylor \& Francis", r"Taylor {\&} Francis"],
)
def test_an_ampersand_is_written_as_tex(text: str) -> None:
    item = a_paper(proceedingsTitle=text, publisher=text, series=text)

    for style in (BIBTEX, BIBLATEX):
        fields = fields_of(item, style)
        for name in ("booktitle", "publisher", "series"):
            assert fields[name].replace("{\\&}", "\\&") == r"Taylor \& Francis"


GENERAL: list[tuple[dict[str, Any], str, str]] = [
    (an_item("videoRecording", studio="YouTube"), "howpublished", "YouTube"),
    (an_item("podcast", seriesTitle="Some Cast"), "howpublished", "Some Cast"),
    (an_item("map", publisher="USGS"), "howpublished", "USGS"),
    (an_item("computerProgram", company="ACME", versionNumber="4.30"), "howpublished", "ACME"),
    (an_item("computerProgram", company="ACME", versionNumber="4.30"), "note", "Version 4.30"),
    (an_item("dataset", repository="Zenodo", versionNumber="v1.0"), "note", "Version 1.0"),
    (
        an_item("presentation", presentationType="Tutorial", meetingName="CVPR 2022"),
        "howpublished",
        "Tutorial, CVPR 2022",
    ),
    (an_item("webpage", websiteTitle="Site", publisher="P"), "howpublished", "Site"),
    (an_item("patent", patentNumber="1", issuingAuthority="USPTO"), "howpublished", ""),
    (an_item(publicationTitle="J", date="in press"), "note", "In press"),
    (an_item("manuscript", manuscriptType="Draft"), "note", "Draft"),
    (an_item("manuscript"), "note", "Unpublished manuscript"),
]


@pytest.mark.parametrize(("item", "name", "value"), GENERAL)
def test_bibtex_prints_what_its_types_have_no_field_for(
    item: dict[str, Any], name: str, value: str
) -> None:
    assert fields_of(item).get(name, "") == value


def test_a_dataset_is_published_by_its_repository_in_biblatex() -> None:
    item = an_item("dataset", repository="Zenodo", versionNumber="1.0")

    fields = fields_of(item, BIBLATEX)

    assert (fields["publisher"], fields["version"]) == ("Zenodo", "1.0")


@pytest.mark.parametrize(
    ("item", "entry_type", "howpublished"),
    [
        (an_item("podcast", seriesTitle="Some Cast"), "audio", "Some Cast"),
        (an_item("tvBroadcast", programTitle="Nova", network="PBS"), "video", "Nova"),
    ],
)
def test_a_broadcast_is_of_its_programme(
    item: dict[str, Any], entry_type: str, howpublished: str
) -> None:
    entry = entry_of(item, BIBLATEX)

    assert (entry.entry_type, dict(entry.fields)["howpublished"]) == (entry_type, howpublished)


def test_a_standard_shows_its_number_and_its_body() -> None:
    item = an_item("standard", number="ISO 8601-1:2019", organization="ISO")

    bibtex, biblatex = entry_of(item), entry_of(item, BIBLATEX)

    assert (bibtex.entry_type, biblatex.entry_type) == ("techreport", "report")
    for fields in (dict(bibtex.fields), dict(biblatex.fields)):
        assert (fields["type"], fields["number"]) == ("Standard", "ISO 8601-1:2019")
        assert fields["institution"] == "ISO"


@pytest.mark.parametrize(
    ("genre", "bibtex", "biblatex"),
    [
        ("PhD thesis", "", "phdthesis"),
        ("", "", "phdthesis"),
        ("Dissertation", "", "phdthesis"),
        ("M.Sc.", "", "mathesis"),
        ("Bachelor's thesis", "Bachelor's thesis", "Bachelor's thesis"),
        ("Habilitation", "Habilitation", "Habilitation"),
    ],
)
def test_a_thesis_is_of_its_own_kind(genre: str, bibtex: str, biblatex: str) -> None:
    item = an_item("thesis", university="U", thesisType=genre)

    assert fields_of(item).get("type", "") == bibtex
    assert fields_of(item, BIBLATEX)["type"] == biblatex


@pytest.mark.parametrize(
    ("edition", "bibtex", "biblatex"),
    [
        ("2", "2nd", "2"),
        ("2nd", "2nd", "2"),
        ("3rd ed.", "3rd", "3"),
        ("Second Edition", "Second", "2"),
        ("First", "First", "1"),
        ("11th edn", "11th", "11"),
        ("Revised edition", "Revised", "Revised"),
        ("International", "International", "International"),
    ],
)
def test_the_word_edition_is_the_styles(edition: str, bibtex: str, biblatex: str) -> None:
    item = an_item("book", publisher="P", edition=edition)

    assert fields_of(item)["edition"] == bibtex
    assert fields_of(item, BIBLATEX)["edition"] == biblatex


def test_issues_of_a_journal_are_a_range_and_numbers_of_reports_none() -> None:
    issue = an_item(publicationTitle="Nature", issue="1-3")
    report = an_item("report", institution="I", reportNumber="12-345")

    assert fields_of(issue)["number"] == "1--3"
    assert fields_of(report)["number"] == "12-345"
