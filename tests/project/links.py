"""Rows, shelves and lock files to test with: by hand, and by Hypothesis."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    FieldSource,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    Print,
    fingerprint,
)
from zoterodigest.core.values.file_keys import source_key
from zoterodigest.core.values.identity import Identifier


def a_base(entry: str, item: str = "") -> Base:
    """A base of two ends that show `entry` and `item` (or the same) and mean the same."""
    parts = (fingerprint(entry.lower()),)
    return Base(Print(fingerprint(entry), parts), Print(fingerprint(item or entry), parts))


def a_row(row_id: str, **given: Any) -> LockRow:
    """A linked row with an item, and what is given."""
    fields = {"digest": "papers.md", "item": "ABCD2345"} | given
    return LockRow(row_id, **(fields | {"digest": source_key(fields["digest"])}))


HOSTILE = ("%", " %20", '"[{#', "a\nzd-a\n", "<<<<<<< x", "\u202eb", "\u2028", "\ud800", "-", "*=:")
texts = st.text(max_size=8) | st.sampled_from(HOSTILE)
names = texts.map(lambda text: text.replace("\0", "") or "a")
keys = st.text("23456789ABCDEFGHIJKLMNPQRSTUVWXYZ", min_size=8, max_size=8)
fingerprints = st.sampled_from(["", "0", "1", "2"]).map(fingerprint)
prints = st.builds(Print, fingerprints, st.lists(fingerprints, max_size=3).map(tuple))
fields = st.sampled_from(["title", "authors", "venue", "section:Key \u2028 # % points\n"])
origins = st.builds(
    Origin,
    item=st.booleans(),
    note=st.booleans(),
    tags=st.frozensets(texts, max_size=2),
    fields=st.frozensets(fields, max_size=2),
    attachments=st.frozensets(keys, max_size=2),
    collections=st.frozensets(keys, max_size=2),
)
row_ids = st.text(string.ascii_lowercase + string.digits, min_size=10, max_size=10).map(
    "zd-".__add__
)


@st.composite
def rows(draw: st.DrawFn, ids: st.SearchStrategy[str] = row_ids) -> LockRow:
    """Any row; no field is both apart and has a base."""
    diverged = draw(st.frozensets(fields, max_size=2))
    bases = draw(
        st.dictionaries(
            fields.filter(lambda name: name not in diverged),
            st.builds(Base, prints, prints),
            max_size=4,
        )
    )
    return LockRow(
        id=draw(ids),
        digest=source_key(draw(names)),
        item=draw(keys),
        note=draw(st.none() | keys),
        identifiers=draw(
            st.frozensets(
                st.builds(Identifier, st.sampled_from(["arxiv", "doi"]), texts), max_size=2
            )
        ),
        title=draw(st.just("") | fingerprints),
        texts=draw(st.frozensets(fingerprints, max_size=2)),
        headings=draw(st.lists(fingerprints, max_size=2).map(tuple)),
        bases=bases,
        diverged=diverged,
        origin=draw(origins),
        state=draw(st.sampled_from(LinkState)),
        key=draw(st.just("") | fingerprints),
        credits=draw(
            st.dictionaries(fields, st.builds(FieldSource, texts, fingerprints), max_size=2)
        ),
    )


collection_rows = st.builds(
    CollectionRow, names, st.lists(texts, max_size=2).map(tuple), keys, is_ours=st.booleans()
)


exported = st.builds(
    Exported,
    names.map("{}.bib".format),
    names,
    keys,
    st.dictionaries(st.sampled_from(["", "author", "title", "<<<<<<<", "b\u2028d"]), fingerprints),
)


acknowledged = st.builds(Acknowledged, row_ids, names, fingerprints)


@st.composite
def locks(draw: st.DrawFn, ids: st.SearchStrategy[str] = row_ids) -> LockFile:
    """Any lock file, sorted."""
    some_rows = draw(st.lists(rows(ids), max_size=4, unique_by=lambda row: row.id))
    some_shelves = draw(
        st.lists(
            collection_rows,
            max_size=3,
            unique_by=lambda collection_row: (collection_row.digest, collection_row.path),
        )
    )
    some_exported = draw(
        st.lists(exported, max_size=3, unique_by=lambda one: (one.bibliography, one.key))
    )
    return LockFile(
        draw(names),
        tuple(sorted(some_rows, key=lambda row: row.id)),
        tuple(
            sorted(
                some_shelves,
                key=lambda collection_row: (collection_row.digest, collection_row.path),
            )
        ),
        tuple(sorted(some_exported, key=lambda one: (one.bibliography, one.key))),
        draw(st.frozensets(names.map("{}.bib".format), max_size=2)),
        tuple(sorted(draw(st.lists(acknowledged, max_size=3, unique_by=lambda o: (o.id, o.name))))),
    )
