"""Records and items: what is written is read again, and nothing else moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.links.view import equal
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import (
    EMPTY,
    KINDS,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
)
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.records.hyperlinks import (
    carried_links,
    link_attachment,
    link_in_line,
    link_of,
)
from zoterodigest.library.records.items import item_changes, item_type_for, new_item
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping, tags_of
from zoterodigest.library.rules.rules import patched
from zoterodigest.library.rules.schema import item_types

SCHEMA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "zotero-schema.json"
ZOTERO = ZoteroMapping()
FULL = ZoteroMapping(LinkHome.EXTRA, categories=True, marks=True, tags=True)
NOW = "2024-01-01T00:00:00Z"

CLIP: Fields = {
    "title": "Learning Transferable Visual Models",
    "authors": Names(("Alec Radford", "Jan van de Kerkhof", "OpenAI Team"), truncated=True),
    "venue": "ICML",
    "year": "2021",
    "award": Members(("Oral",)),
    "task": Members(("zero-shot transfer",)),
    "categories": Members(("cs.CV", "cs.LG")),
    "arxiv": "2103.00020",
    "links": WebLinks((Hyperlink("code", "https://github.com/openai/CLIP"),)),
    "comment": "12 pages\nwith figures",
    "abstract": "One.\nTwo.",
}
PREPRINT: Fields = {**CLIP, "venue": "arxiv", "date": "2021-02-26"}


def _applied(data: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    return patched(data, patch, now=NOW)


def _stored(fields: Fields) -> dict[str, Any]:
    return patched(None, new_item(fields, ZOTERO), now=NOW)


def test_a_published_paper_has_its_venue_by_its_official_name() -> None:
    item = new_item(CLIP, ZOTERO)

    assert item == {
        "itemType": "conferencePaper",
        "title": "Learning Transferable Visual Models",
        "creators": [
            {"creatorType": "author", "firstName": "Alec", "lastName": "Radford"},
            {"creatorType": "author", "firstName": "Jan", "lastName": "van de Kerkhof"},
            {"creatorType": "author", "name": "OpenAI Team"},
        ],
        "proceedingsTitle": "Proceedings of the 38th International Conference on Machine Learning",
        "publisher": "PMLR",
        "series": "Proceedings of Machine Learning Research",
        "date": "2021",
        "url": "https://arxiv.org/abs/2103.00020",
        "abstractNote": "One.\nTwo.",
        "extra": "arXiv: 2103.00020 [cs.CV]\nComment: 12 pages with figures",
        "tags": [{"tag": "award:Oral"}, {"tag": "task:zero-shot transfer"}, {"tag": "venue:ICML"}],
        "relations": {},
    }


def test_a_preprint_says_its_arxiv_id_in_the_fields_made_for_it() -> None:
    item = new_item(PREPRINT, ZOTERO)

    assert item["itemType"] == "preprint"
    assert item["repository"] == "arXiv"
    assert item["archiveID"] == "arXiv:2103.00020"
    assert item["DOI"] == "10.48550/arXiv.2103.00020"
    assert item["url"] == "https://arxiv.org/abs/2103.00020"
    assert item["date"] == "2021-02-26"
    assert {"tag": "venue:arXiv"} not in item["tags"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"venue": "CVPR"}, "conferencePaper"),
        ({"venue": "CVPR Workshop", "arxiv": "2103.00020"}, "conferencePaper"),
        ({"venue": "TPAMI"}, "journalArticle"),
        ({"venue": "Journal of Unheard Things"}, "journalArticle"),
        ({"venue": "Unheard Conference"}, "conferencePaper"),
        ({"venue": "Under review", "arxiv": "2103.00020"}, "preprint"),
        ({"arxiv": "2103.00020"}, "preprint"),
        ({"doi": "10.1000/x"}, "journalArticle"),
        ({"url": "https://aclanthology.org/P19-1001"}, "conferencePaper"),
        ({"url": "https://openreview.net/forum?id=x"}, "preprint"),
        ({"url": "https://example.org/model"}, "webpage"),
        ({"title": "A"}, "document"),
    ],
)
def test_the_type_comes_from_the_venue_then_from_the_identifiers(
    fields: Fields, expected: str
) -> None:
    assert item_type_for(fields, ZOTERO) == expected


def test_what_was_read_is_no_change() -> None:
    for record in (CLIP, PREPRINT):
        item = _stored(record)
        fields, _ = read_item(item, ZOTERO)

        assert item_changes(item, fields, ZOTERO) == {}
        assert item_changes(item, record, ZOTERO) == {}


def test_every_field_an_item_can_hold_is_there_and_no_other() -> None:
    fields, raws = read_item({"itemType": "preprint"}, ZOTERO)

    left = {"summary", "categories", "marks", "tags", "venue", "pages"}
    assert set(fields) == KINDS.keys() - left
    assert set(fields.values()) == {EMPTY}
    assert raws.keys() == fields.keys()
    assert "venue" in read_item({"itemType": "conferencePaper"}, ZOTERO)[0]
    assert "venue" not in read_item({"itemType": "document"}, ZOTERO)[0]
    assert "links" not in read_item({"itemType": "preprint"}, ZoteroMapping(LinkHome.OFF))[0]
    assert read_item({"itemType": "note", "note": "x"}, ZOTERO) == ({}, {})


@pytest.mark.parametrize(
    ("raw", "parsed_date", "date", "year"),
    [
        ("spring 2021", "", "spring 2021", "2021"),
        ("spring 2021", "2021", "2021", "2021"),
        ("12/03/2025", "2025-12-03", "2025-12-03", "2025"),
        ("3 mars '25", "2025-03-03", "2025-03-03", "2025"),
        ("n.d.", "", "n.d.", "n.d."),
        ("n.d.", "no date", "n.d.", "n.d."),
        ("March 2025", "2024-03", "2025-03", "2025"),
    ],
)
def test_a_date_that_we_cannot_read_is_as_zotero_reads_it_or_else_its_text(
    raw: str, parsed_date: str, date: str, year: str
) -> None:
    item = {"itemType": "preprint", "date": raw}

    fields, raws = read_item(item, ZOTERO, parsed_date=parsed_date)

    assert (fields["date"], fields["year"]) == (date, year)
    assert (raws["date"], raws["year"]) == (raw, raw)


@pytest.mark.parametrize("raw", ["1-10", "1–10", "1 — 10", "1--10", " 1\t-\n10 "])
def test_pages_are_read_with_one_hyphen_and_another_dash_is_no_change(raw: str) -> None:
    item = {"itemType": "conferencePaper", "pages": raw}

    assert read_item(item, ZOTERO)[0]["pages"] == "1-10"
    assert item_changes(item, {"pages": "1–10"}, ZOTERO) == {}
    assert item_changes(item, {"pages": "2–10"}, ZOTERO) == {"pages": "2-10"}


def test_pages_come_with_the_venue_that_makes_an_item_one_that_has_them() -> None:
    item = _stored(PREPRINT)

    assert item_changes(item, {"pages": "1-10"}, ZOTERO) == {}
    assert item_changes(item, {"pages": "1-10", "venue": "CVPR"}, ZOTERO)["pages"] == "1-10"


def test_a_citation_key_in_its_own_field_goes_before_one_in_extra() -> None:
    item = {"itemType": "preprint", "extra": "Citation Key: other", "citationKey": "byron2024"}

    assert read_item(item, ZOTERO)[0]["citekey"] == "byron2024"
    assert read_item({**item, "citationKey": ""}, ZOTERO)[0]["citekey"] == "other"
    assert item_changes(item, {"citekey": "Byron2024"}, ZOTERO) == {"citationKey": "Byron2024"}
    assert new_item({"title": "A", "citekey": "a"}, ZOTERO)["citationKey"] == "a"


def test_a_change_touches_only_its_field() -> None:
    item = _stored(CLIP) | {"volume": "139", "extra": "PMID: 1\narXiv: 2103.00020\nfree"}

    patch = item_changes(item, {"comment": "new", "abstract": "Three."}, ZOTERO)

    assert patch == {
        "abstractNote": "Three.",
        "extra": "PMID: 1\narXiv: 2103.00020\nfree\nComment: new",
    }


def test_tags_of_the_person_stay_where_a_task_changes() -> None:
    item = {"itemType": "preprint", "tags": [{"tag": "to read", "type": 1}, {"tag": "task:a"}]}

    patch = item_changes(item, {"task": Members(("b",))}, ZOTERO)

    assert patch == {"tags": [{"tag": "to read", "type": 1}, {"tag": "task:b"}]}


def test_a_person_who_stays_keeps_the_parts_of_the_name() -> None:
    creators = [
        {"creatorType": "editor", "name": "Ed"},
        {"creatorType": "author", "firstName": "Ana Garcia", "lastName": "Lopez"},
        {"creatorType": "author", "firstName": "Bo", "lastName": "Dee"},
        {"creatorType": "editor", "name": "Fin"},
    ]
    item = {"itemType": "conferencePaper", "creators": creators}

    patch = item_changes(item, {"authors": Names(("Ann Bee", "Ana Garcia Lopez"))}, ZOTERO)

    new = {"creatorType": "author", "firstName": "Ann", "lastName": "Bee"}
    assert patch == {"creators": [creators[0], new, creators[1], creators[3]]}


def test_the_venue_goes_with_its_publisher_and_tag() -> None:
    patch = item_changes(_stored(CLIP), {"venue": "ECCV", "year": "2022"}, ZOTERO)

    assert patch["proceedingsTitle"] == "Computer Vision – ECCV 2022"
    assert (patch["publisher"], patch["date"]) == ("Springer", "2022")
    assert {"tag": "venue:ECCV"} in patch["tags"]
    assert {"tag": "venue:ICML"} not in patch["tags"]


def test_an_item_without_a_tag_of_its_venue_gets_none_of_a_new_one() -> None:
    item = _stored(CLIP) | {"tags": [{"tag": "mine"}]}

    patch = item_changes(item, {"venue": "ECCV"}, ZOTERO)

    assert patch["proceedingsTitle"].startswith("Computer Vision")
    assert "tags" not in patch


def test_a_publisher_of_the_persons_stays() -> None:
    item = _stored(CLIP) | {"publisher": "My Press"}

    assert "publisher" not in item_changes(item, {"venue": "ECCV"}, ZOTERO)


@pytest.mark.parametrize(("asked", "written"), [(EMPTY, ""), ("2024-05-02", "2024-05-02")])
def test_a_text_in_place_of_a_date_goes_although_it_is_read_as_the_year_too(
    asked: Value, written: str
) -> None:
    item = _stored(CLIP) | {"date": "n.d."}

    assert item_changes(item, {"date": asked}, ZOTERO) == {"date": written}


def test_a_new_year_moves_into_our_own_venue_name_only() -> None:
    ours = _stored(CLIP)
    theirs = ours | {"proceedingsTitle": "Proc. of ICML 2021"}

    assert item_changes(ours, {"year": "2022"}, ZOTERO) == {
        "date": "2022",
        "proceedingsTitle": "Proceedings of the 39th International Conference on Machine Learning",
    }
    assert item_changes(theirs, {"year": "2022"}, ZOTERO) == {"date": "2022"}


def test_a_preprint_that_is_published_becomes_a_conference_paper() -> None:
    item = _stored(PREPRINT)

    patch = item_changes(item, {"venue": "CVPR", "year": "2022"}, ZOTERO)
    after = _applied(item, patch)
    fields, _ = read_item(after, ZOTERO)

    assert after["itemType"] == "conferencePaper"
    assert after["publisher"] == "IEEE"
    assert "DOI" not in after
    assert fields["venue"] == "CVPR"
    assert fields["arxiv"] == "2103.00020"
    assert fields["date"] == "2022"
    assert item_changes(after, {"venue": "arXiv"}, ZOTERO)["archiveID"] == "arXiv:2103.00020"


def test_a_type_does_not_change_where_a_field_of_the_persons_would_be_lost() -> None:
    item = _stored(CLIP) | {"volume": "139"}

    patch = item_changes(item, {"venue": "arXiv"}, ZOTERO)

    assert "itemType" not in patch


def test_filling_in_a_venue_never_changes_the_type() -> None:
    preprint = {"itemType": "preprint", "archiveID": "arXiv:2103.00020"}
    paper = {"itemType": "conferencePaper"}

    assert item_changes(preprint, {"venue": "CVPR"}, ZOTERO) == {}
    assert "itemType" not in item_changes(paper, {"venue": "arXiv"}, ZOTERO)


def test_an_arxiv_id_moves_with_its_twins() -> None:
    item = _stored(PREPRINT)

    after = _applied(item, item_changes(item, {"arxiv": "2103.00021"}, ZOTERO))

    assert after["archiveID"] == "arXiv:2103.00021"
    assert after["DOI"] == "10.48550/arXiv.2103.00021"
    assert after["url"] == "https://arxiv.org/abs/2103.00021"
    assert after["extra"].endswith("arXiv: 2103.00021")
    assert ItemJson(after).identifiers == {Identifier("arxiv", "2103.00021")}


def test_an_id_that_only_the_url_had_is_kept_when_the_url_changes() -> None:
    item = {"itemType": "journalArticle", "url": "https://arxiv.org/abs/1406.2661"}

    patch = item_changes(item, {"url": "https://example.org/a"}, ZOTERO)

    assert patch == {"url": "https://example.org/a", "extra": "arXiv: 1406.2661"}


def test_a_doi_or_url_of_its_own_is_no_twin() -> None:
    item = _stored({**PREPRINT, "doi": "10.1000/x", "url": "https://example.org/p"})

    after = _applied(item, item_changes(item, {"arxiv": EMPTY}, ZOTERO))

    assert (after["DOI"], after["url"]) == ("10.1000/x", "https://example.org/p")
    assert "archiveID" not in after


@pytest.mark.parametrize(
    "data",
    [
        {"archiveID": "arXiv:2103.00020"},
        {"DOI": "10.48550/arXiv.2103.00020"},
        {"url": "http://arxiv.org/abs/2103.00020v2"},
        {"extra": "PMID: 1\narXiv: 2103.00020 [cs.CV]"},
        {"extra": "arXiv:2103.00020 [cs, stat]"},
        {"extra": "_eprint: 2103.00020"},
        {"extra": "arXiv ID: 2103.00020"},
        {"publicationTitle": "arXiv:2103.00020 [cs]"},
        {"archive": "arXiv", "archiveLocation": "2103.00020"},
    ],
)
def test_an_arxiv_id_is_found_wherever_zotero_users_have_it(data: dict[str, str]) -> None:
    item = {"itemType": "journalArticle", **data}

    assert read_item(item, ZOTERO)[0]["arxiv"] == "2103.00020"
    assert Identifier("arxiv", "2103.00020") in ItemJson(item).identifiers


def test_the_year_of_a_date_in_one_number_is_that_of_the_date() -> None:
    item = {"itemType": "conferencePaper", "date": "20170612"}

    fields = read_item(item, ZOTERO)[0]

    assert (fields["date"], fields["year"]) == ("2017-06-12", "2017")


def test_other_identifiers_are_found_and_comments_are_not_searched() -> None:
    item = {
        "itemType": "preprint",
        "DOI": "https://doi.org/10.1000/X",
        "url": "https://openreview.net/forum?id=a",
        "extra": "Comment: extends arXiv:1706.03762\nDOI: 10.2000/y",
    }

    assert ItemJson(item).identifiers == {
        Identifier("doi", "10.1000/x"),
        Identifier("doi", "10.2000/y"),
        Identifier("openreview", "a"),
    }


def test_links_become_attachments_but_for_the_works_own_pages() -> None:
    code = Hyperlink("code", "https://github.com/openai/CLIP")
    own = [
        Hyperlink("arxiv", "https://arxiv.org/abs/2103.00020"),
        Hyperlink("pdf", "https://arxiv.org/pdf/2103.00020v1.pdf"),
        Hyperlink("bad", "javascript:alert(1)"),
    ]

    carried = carried_links(WebLinks((code, *own)), PREPRINT)

    assert carried == WebLinks((code,))
    attachment = link_attachment(code, "ABCD2345")
    assert link_of(attachment) == code
    fields, _ = read_item(_stored(PREPRINT), ZOTERO, [attachment])
    assert fields["links"] == WebLinks((code,))


@pytest.mark.parametrize(
    "url",
    [
        "javascript://example.org/%0aalert(1)",
        "JavaScript://example.org/%0aalert(1)",
        "data://text/html,x",
        "vbscript://x/y",
        "file://host/etc/passwd",
        "ftp://example.org/x",
        "//example.org/x",
        "https:///no-host",
        "https://[::1",
    ],
)
def test_what_is_no_web_address_is_no_link_in_either_direction(url: str) -> None:
    bad = Hyperlink("code", url)

    assert carried_links(WebLinks((bad,)), PREPRINT) == WebLinks(())
    assert link_of(link_attachment(bad, "ABCD2345")) is None
    assert link_in_line(f"<{url}> code") is None


def test_links_can_live_in_extra() -> None:
    item = new_item({**CLIP, "categories": EMPTY}, FULL)

    assert "Link: <https://github.com/openai/CLIP> code" in item["extra"].split("\n")
    assert read_item(item, FULL)[0]["links"] == CLIP["links"]


def test_all_tags_of_a_record_are_known() -> None:
    assert tags_of(CLIP, FULL) == (
        "task:zero-shot transfer",
        "award:Oral",
        "category:cs.CV",
        "category:cs.LG",
        "venue:ICML",
    )


def test_a_workshop_with_a_theme_keeps_its_name() -> None:
    item = new_item({**CLIP, "venue": "ICML Workshop on Efficiency"}, ZOTERO)

    assert item["proceedingsTitle"] == "ICML Workshop on Efficiency"
    assert read_item(item, ZOTERO)[0]["venue"] == "ICML Workshop on Efficiency"


_WORDS = st.text(alphabet="abcdefgh XYZ-&'éø", min_size=1, max_size=20).filter(str.strip)
_PEOPLE = st.sampled_from(
    ["Ann Bee", "Jan van de Kerkhof", "OpenAI", "Lee, Ann", "张三", "Bo Dee Jr."]
)
_VALUES: Mapping[str, st.SearchStrategy[Value]] = {
    "title": _WORDS,
    "short_title": _WORDS,
    "authors": st.builds(Names, st.lists(_PEOPLE, min_size=1, max_size=4).map(tuple)),
    "venue": st.sampled_from(
        ["CVPR", "cvpr workshop", "arXiv", "arxiv", "NIPS", "TPAMI", "My Meeting", "Nature"]
    ),
    "award": st.builds(Members, st.lists(_WORDS, min_size=1, max_size=3).map(tuple)),
    "task": st.builds(Members, st.lists(_WORDS, min_size=1, max_size=3).map(tuple)),
    "categories": st.sampled_from([Members(("cs.CV",)), Members(("cs.LG", "math.ST"))]),
    "marks": st.sampled_from([Members(("starred",)), Members(("read", "starred"))]),
    "tags": st.sampled_from([Members(("nets",)), Members(("Deep-Learning", "a/b", "to read"))]),
    "date": st.sampled_from(["2021", "2021-03", "2022-12-31"]),
    "pages": st.sampled_from(["1-10", "770 – 778", "S1--S3, 17", "e123"]),
    "arxiv": st.sampled_from(["2103.00020", "cs/0112017", "1406.2661"]),
    "doi": st.sampled_from(["10.1000/x", "10.1109/cvpr.2020.1"]),
    "url": st.sampled_from(["https://example.org/a", "https://openreview.net/forum?id=x"]),
    "citekey": st.sampled_from(["byron2024", "Byron:2024-x", "Müller 2020"]),
    "links": st.builds(
        lambda label, url: WebLinks((Hyperlink(label.strip(), url),)),
        _WORDS,
        st.sampled_from(["https://github.com/a/b", "https://a.github.io"]),
    ),
    # A library keeps no control characters.
    "comment": st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=40)
    .filter(str.strip),
    "abstract": _WORDS,
}  # fmt: skip
_RECORDS = st.fixed_dictionaries({}, optional=dict(_VALUES))
_CHANGES = st.fixed_dictionaries(
    {}, optional={name: values | st.just(EMPTY) for name, values in _VALUES.items()}
)
_ADOPTED = st.fixed_dictionaries(
    {},
    optional={
        "volume": st.just("1"),
        "extra": st.sampled_from(["Comment: x", "free\n\nPMID: 1", "arXiv: 1406.2661 [cs]"]),
        "tags": st.sampled_from(
            [
                [{"tag": "mine"}, {"tag": "task:mine", "type": 1}],
                [{"tag": "C++"}, {"tag": "Nets", "type": 1}, {"tag": "a/b"}, {"tag": "A/B"}],
            ]
        ),
        "proceedingsTitle": st.sampled_from(["Some Proceedings", "CVPR 2019"]),
        "date": st.sampled_from(["2020", "3 May 2020", "May 2020"]),
        "publisher": st.just("My Press"),
        "shortTitle": st.just("Mine"),
        "url": st.sampled_from(["https://arxiv.org/abs/1406.2661", "https://example.org"]),
    },
).map(lambda given: {"itemType": "conferencePaper", "title": "T", "creators": [], **given})


def _differing(asked: Fields, shown: Fields) -> set[str]:
    folding = FULL.folding()
    return {
        name
        for name in asked.keys() & shown.keys()
        if not equal(name, _ordered(asked[name]), _ordered(shown[name]), folding)
    }


def _ordered(value: Value) -> Value:
    """Members are a set, and a spelling stands for all: order and doubles do not count."""
    if not isinstance(value, Members):
        return value
    member = FULL.folding().member
    return replace(value, texts=tuple(sorted({member("task", text) for text in value.texts})))


@given(_RECORDS)
def test_a_new_item_shows_its_record_again(record: Fields) -> None:
    item = patched(None, new_item(record, FULL), now=NOW)

    shown, _ = read_item(item, FULL)

    assert _differing(record, shown) == set()
    assert item_changes(item, shown, FULL) == {}
    assert item_changes(item, record, FULL) == {}


@given(_ADOPTED | _RECORDS.map(lambda record: new_item(record, FULL)), _CHANGES)
def test_changes_written_are_shown_and_nothing_else_moves(
    data: dict[str, Any], changes: Fields
) -> None:
    item = patched(None, data, now=NOW)
    before, _ = read_item(item, FULL)

    after = _applied(item, item_changes(item, changes, FULL))

    shown, _ = read_item(after, FULL)
    is_year_left = changes.get("date") == EMPTY
    assert _differing(changes, shown) <= ({"date"} if is_year_left else set())
    moved = {name for name in before.keys() & shown.keys() if before[name] != shown[name]}
    assert moved <= changes.keys() | ({"year"} if "date" in changes else set())
    if "tags" not in changes:
        assert [tag for tag in after["tags"] if ":" not in tag["tag"]] == [
            tag for tag in item["tags"] if ":" not in tag["tag"]
        ]
    assert after.get("volume") == item.get("volume")


@pytest.mark.parametrize("item_type", sorted(item_types()))
def test_an_item_of_any_type_is_read_and_changed_within_its_fields(item_type: str) -> None:
    kind = item_types()[item_type]
    if kind.is_part:
        return
    item = patched(None, {"itemType": item_type}, now=NOW)
    changes = {**CLIP, "date": "2021-05-06", "doi": "10.1000/x", "url": "https://example.org/a"}

    after = _applied(item, item_changes(item, changes, FULL))

    shown, _ = read_item(after, FULL)
    assert _differing(changes, shown) == set()
    assert item_changes(after, changes, FULL) == {}


def test_every_field_of_a_new_item_is_in_the_real_schema() -> None:
    if not SCHEMA.is_file():
        pytest.skip("Zotero's schema is not here")
    types = json.loads(SCHEMA.read_text(encoding="utf-8"))["itemTypes"]
    known = {each["itemType"]: {field["field"] for field in each["fields"]} for each in types}
    common = {"itemType", "creators", "tags", "relations"}
    urls = ["https://example.org", "https://aclanthology.org/P19-1001", ""]

    for venue in ("CVPR", "TPAMI", "arXiv", "bioRxiv", "Unheard", "Journal of X", ""):
        for url in urls:
            for arxiv in ("2103.00020", ""):
                item = new_item({**CLIP, "venue": venue, "url": url, "arxiv": arxiv}, FULL)
                assert item.keys() - common <= known[item["itemType"]]
