"""Rows, shelves and lock files to test with: by hand, and by Hypothesis."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace
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


some_fields = st.frozensets(fields, max_size=2)
some_fingerprints = st.lists(fingerprints, max_size=2).map(tuple)


def rows(ids: st.SearchStrategy[str] = row_ids) -> st.SearchStrategy[LockRow]:
    """Any row; no field is both apart and has a base."""
    # Built once: to build what each row is drawn from took as long as to draw it.
    return st.builds(
        LockRow,
        id=ids,
        digest=names.map(source_key),
        item=keys,
        note=st.none() | keys,
        identifiers=st.frozensets(
            st.builds(Identifier, st.sampled_from(["arxiv", "doi"]), texts), max_size=2
        ),
        title=st.just("") | fingerprints,
        texts=st.frozensets(fingerprints, max_size=2),
        headings=some_fingerprints,
        bases=st.dictionaries(fields, st.builds(Base, prints, prints), max_size=4),
        diverged=some_fields,
        origin=origins,
        state=st.sampled_from(LinkState),
        key=st.just("") | fingerprints,
        credits=st.dictionaries(fields, st.builds(FieldSource, texts, fingerprints), max_size=2),
    ).map(_without_bases_of_diverged)


def _without_bases_of_diverged(row: LockRow) -> LockRow:
    bases = {name: base for name, base in row.bases.items() if name not in row.diverged}
    return replace(row, bases=bases)


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


def locks(ids: st.SearchStrategy[str] = row_ids) -> st.SearchStrategy[LockFile]:
    """Any lock file, sorted."""
    return st.builds(
        LockFile,
        names,
        _sorted(rows(ids), 4, lambda row: row.id),
        _sorted(collection_rows, 3, lambda row: (row.digest, row.path)),
        _sorted(exported, 3, lambda one: (one.bibliography, one.key)),
        st.frozensets(names.map("{}.bib".format), max_size=2),
        _sorted(acknowledged, 3, lambda one: (one.id, one.name)),
    )


def _sorted(
    of: st.SearchStrategy[Any], most: int, by: Callable[[Any], Any]
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most, unique_by=by).map(lambda found: tuple(sorted(found, key=by)))
