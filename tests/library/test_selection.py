"""An index finds what looking at all items finds, after any writes: a law of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_key
from tests.library import plain_selection as plain
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.library.embedded.embedded import Details
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.works import references
from zoterodigest.library.server.index import LibraryIndex
from zoterodigest.library.server.messages import Request, read_request
from zoterodigest.library.server.queries import Query, read_query, read_tag_query
from zoterodigest.library.server.selection import (
    count_tags,
    prepare_search,
    select_items,
    select_tags,
)

KEYS = tuple(map(a_key, range(8)))
COLLECTIONS = tuple(map(a_key, range(20, 22)))
WORDS = ("", "Été", "ete", "Graph", "graph networks", "ß 2019", "[Note]", "N 2020")
TAGS = ("Été", "ete", "graph", "task:x")
DATES = ("", "2019", "May 2020", "12/03/2019", "2020-05", "soon")

creators = st.lists(
    st.fixed_dictionaries(
        {"creatorType": st.sampled_from(["author", "editor"]), "lastName": st.sampled_from(WORDS)},
        optional={"firstName": st.sampled_from(["Ada", "Émile"])},
    ),
    max_size=2,
)
tags = st.lists(
    st.fixed_dictionaries({"tag": st.sampled_from(TAGS)}, optional={"type": st.just(1)}),
    max_size=2,
    unique_by=lambda tag: tag["tag"],
)


@st.composite
def an_object(draw: st.DrawFn, at: int, above: Sequence[int]) -> LibraryItem:
    """Return an item of the key with the number `at`, or a child of one of those `above`."""
    data: dict[str, object] = {
        "dateAdded": draw(st.sampled_from(["2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z"])),
        "dateModified": draw(st.sampled_from(["2026-08-03T00:00:00Z", "2026-08-04T00:00:00Z"])),
        "tags": draw(tags),
        **({"deleted": 1} if draw(st.integers(0, 4)) == 0 else {}),
    }
    is_child = draw(st.booleans())
    if above and is_child:
        kind = draw(st.sampled_from(["note", "attachment", "annotation"]))
        texts = {"note": "note", "attachment": "title", "annotation": "annotationComment"}
        data |= {"parentItem": KEYS[draw(st.sampled_from(above))]}
        data |= {"itemType": kind, texts[kind]: draw(st.sampled_from(WORDS))}
    else:
        kind = draw(st.sampled_from(["book", "journalArticle", "case"]))
        title = "caseName" if kind == "case" else "title"
        data |= {"itemType": kind, title: draw(st.sampled_from(WORDS)), "creators": draw(creators)}
        data |= {"date": draw(st.sampled_from(DATES))}
        data |= {"collections": draw(st.lists(st.sampled_from(COLLECTIONS), unique=True))}
        data |= {"publisher": draw(st.sampled_from(WORDS)), "extra": draw(st.sampled_from(WORDS))}
    return LibraryItem(KEYS[at], draw(st.integers(1, 6)), data)


@st.composite
def libraries(draw: st.DrawFn) -> tuple[LibraryItem, ...]:
    """Return the items of a library; children follow what they belong to."""
    present = draw(st.lists(st.sampled_from(range(len(KEYS))), unique=True, min_size=1))
    kept: list[LibraryItem] = []
    for at in sorted(present):
        kept.append(draw(an_object(at, [KEYS.index(one.key) for one in kept])))
    return tuple(kept)


PARAMETERS: Mapping[str, Sequence[str]] = {
    "q": ("graph", "ete", '"graph networks"', "2019", "ada", "x y", "\0"),
    "qmode": ("everything",),
    "tag": ("ete", "-graph", "graph || task:x"),
    "itemType": ("book", "-note", "book || note"),
    "since": ("2", "4"),
    "itemKey": (f"{KEYS[3]},{KEYS[1]},{KEYS[6]}",),
    "includeTrashed": ("1",),
    "sort": ("title", "creator", "date", "publisher", "extra", "dateAdded", "addedBy", "itemType"),
    "direction": ("asc", "desc"),
}
parameters = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in PARAMETERS.items()}
)


def asked(parameters: Mapping[str, str]) -> Request:
    return read_request("GET", f"/users/1/items?{urlencode(parameters)}", {})


def query_of(parameters: Mapping[str, str], *, by_keys: bool = False) -> Query:
    query = read_query(asked(parameters))
    is_possible = by_keys and query.keys is not None
    return replace(query, sort="itemKeyList") if is_possible else query


def index_of(now: tuple[LibraryItem, ...], before: tuple[LibraryItem, ...]) -> LibraryIndex:
    """Return an index of `now` made over one of `before`, of which everything was asked."""
    kept = {one.key: one for one in before}
    same = tuple(kept[it.key] if kept.get(it.key) == it else it for it in now)
    index = LibraryIndex(Snapshot(1, before, ()), details(before))
    prepare_search(index, query_of({"q": "x"}))
    for parameters in (
        {"q": "x", "qmode": "everything"},
        {"tag": "x"},
        {"sort": "date"},
    ):
        select_items(index, query_of(parameters))
    assert index.citation_keys is not None
    return LibraryIndex(Snapshot(2, same, ()), details(now), index)


def details(items: tuple[LibraryItem, ...]) -> Details:
    return Details(added={one.key: len(KEYS) - KEYS.index(one.key) for one in items})


@given(libraries(), libraries(), st.lists(st.tuples(parameters, st.booleans()), max_size=4))
def test_an_index_selects_the_items_that_a_look_at_all_of_them_selects(
    before: tuple[LibraryItem, ...],
    now: tuple[LibraryItem, ...],
    queries: list[tuple[dict[str, str], bool]],
) -> None:
    changed = (*before[: len(before) // 2], *now[len(before) // 2 :])
    items = tuple({one.key: one for one in sorted(changed, key=lambda one: one.key)}.values())
    index, snapshot, added = index_of(items, before), Snapshot(2, items, ()), details(items).added
    scopes = [
        (None, plain.everything),
        *((index.below.get(key, ()), plain.below(key)) for key in KEYS),
        *((index.within.get(key, ()), plain.in_collection(snapshot, key)) for key in COLLECTIONS),
    ]
    for given_parameters, by_keys in queries:
        query = query_of(given_parameters, by_keys=by_keys)
        for only_top in (False, True):
            for scope, plainly in scopes:
                found = select_items(index, query, scope, only_top=only_top)

                assert found == plain.select_items(
                    snapshot, query, plainly, only_top=only_top, added=added
                )


tag_parameters = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["e", "graph"]),
        "qmode": st.just("startswith"),
        "tag": st.sampled_from(["ete", "graph || task:x"]),
        "tagType": st.just("1"),
        "since": st.just("2"),
        "sort": st.sampled_from(["title", "numItems"]),
        "includeTrashed": st.just("1"),
    },
)


@given(libraries(), libraries(), tag_parameters)
def test_tags_are_counted_as_a_look_at_all_items_counts_them(
    before: tuple[LibraryItem, ...], items: tuple[LibraryItem, ...], parameters: dict[str, str]
) -> None:
    query = read_tag_query(asked(parameters))
    with_trashed = query.items.with_trashed
    counted = [one for one in items if with_trashed or not one.is_trashed]

    known = count_tags(index_of(items, before), with_trashed=with_trashed)

    assert select_tags(known, None, query) == plain.select_tags(counted, counted, query)
    assert select_tags(known, counted[:2], query) == plain.select_tags(counted, counted[:2], query)


@given(libraries(), libraries())
def test_citation_keys_are_those_of_the_whole_library(
    before: tuple[LibraryItem, ...], items: tuple[LibraryItem, ...]
) -> None:
    whole = references([{**one.data, "key": one.key} for one in items], bib_rules())

    assert index_of(items, before).citation_keys == {one.work.key: one.key for one in whole}


def test_only_the_last_results_are_kept() -> None:
    index = LibraryIndex(Snapshot(1, (), ()), Details())
    asked: list[int] = []

    def found(of: int) -> int:
        return index.result(of, lambda: asked.append(of) or of)  # type: ignore[func-returns-value]

    for of in range(16):
        found(of)
    assert (found(0), found(16), found(0), found(1)) == (0, 16, 0, 1)

    assert asked == [*range(17), 1]
