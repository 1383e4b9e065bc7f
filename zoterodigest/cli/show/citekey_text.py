"""Citation keys for reading and as data: the list of them, what is wrong with them, new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from zoterodigest.bibtex.keys.keys import KeySource
from zoterodigest.cli.base.screen import Column, counted, hanging, styled, table, visible
from zoterodigest.library.records.works import Reference
from zoterodigest.sync.bibliographies.key_findings import Finding, Matter
from zoterodigest.sync.exports.keying import NewKey

_SOURCES = {
    KeySource.NATIVE: "item",
    KeySource.EXTRA: "extra",
    KeySource.FIXED: "bib",
    KeySource.NEW: "new",
}
"""Where a key comes from: the item's own field, its Extra, a .bib of the project, the formula."""

_KEY = Column("citation key", is_whole=True)
_ITEM = Column("item", is_whole=True)
_PROVISIONAL = "provisional"
_MOST = 20
_HEADINGS = {
    Matter.DOUBLED: "Doubled: a bibliography can hold only one of them",
    Matter.UNSAFE: "Not possible in a .bib",
    Matter.EXTRA: "Two keys in one item",
    Matter.PROVISIONAL: "Provisional: written once author and year are known",
    Matter.ALIAS: "Another key in a .bib, which stays that file's own",
}


def list_text(items: Sequence[Reference]) -> Iterator[str]:
    """Yield a table of citation keys and how many there are of each kind."""
    columns = (_KEY, Column("from", 11), _ITEM, Column("title"))
    rows = [
        (visible(one.key.text), _source(one), visible(_item(one)), visible(_title(one)))
        for one in _by_key(items)
    ]
    if rows:
        yield from table(columns, rows, indent=0)
        yield ""
    counts = Counter(map(_source, items))
    kinds = (f"{number:,} {name}" for name in _names() if (number := counts[name]))
    listed = f" ({', '.join(kinds)})" if counts else ""
    yield f"{counted(len(items), 'citation key')}{listed}"
    if lasting := sum(one.is_lasting for one in items):
        them = "it" if lasting == 1 else "them"
        written = f"`zoterodigest citekeys set --all` writes {them} into the library."
        yield from hanging(f"{lasting:,} not written yet: ", written)


def list_data(items: Sequence[Reference]) -> dict[str, Any]:
    """Return the citation keys as JSON can hold them."""
    return {"citekeys": [_named_data(one) for one in _by_key(items)]}


def check_text(findings: Sequence[Finding], checked: int) -> Iterator[str]:
    """Yield what was found, by matter, then the counts."""
    for matter, heading in _HEADINGS.items():
        found = [one for one in findings if one.matter is matter]
        if found:
            yield styled(heading, "bold")
            for one in found:
                title = f" ({visible(one.title)})" if one.title else ""
                line = f"{visible(one.key)}{title} {visible(one.text)}"
                yield from hanging(f"  {visible(one.item)}  ", line)
            yield ""
    wrong = sum(one.matter.is_wrong for one in findings)
    yield f"{counted(checked, 'citation key')}, {wrong:,} wrong"


def check_data(findings: Sequence[Finding], checked: int) -> dict[str, Any]:
    """Return what was found as JSON can hold it."""
    found = [
        {
            "kind": one.matter.value,
            "is_wrong": one.matter.is_wrong,
            "citekey": one.key,
            "item": one.item,
            "title": one.title,
            "reason": one.text,
        }
        for one in findings
    ]
    return {"checked": checked, "findings": found}


def new_text(new: Sequence[NewKey]) -> Iterator[str]:
    """Yield the keys that are to be written, the first of many."""
    columns = (_KEY, _ITEM, Column("title"))
    rows = [(visible(one.key), visible(one.item), visible(one.title)) for one in new[:_MOST]]
    yield styled(f"{counted(len(new), 'citation key')} to write", "bold")
    yield from table(columns, rows)
    if len(new) > _MOST:
        yield f"  … and {len(new) - _MOST:,} more"


def new_data(new: Sequence[NewKey]) -> list[dict[str, Any]]:
    """Return the keys that are to be written as JSON can hold them."""
    return [{"citekey": one.key, "item": one.item, "title": one.title} for one in new]


def _names() -> tuple[str, ...]:
    return (*_SOURCES.values(), _PROVISIONAL)


def _source(one: Reference) -> str:
    return _PROVISIONAL if one.key.is_provisional else _SOURCES[one.key.source]


def _by_key(items: Sequence[Reference]) -> list[Reference]:
    return sorted(items, key=lambda one: (one.key.text.casefold(), one.key.text))


def _item(one: Reference) -> str:
    return one.work.key


def _title(one: Reference) -> str:
    return one.work.fact("title")


def _named_data(one: Reference) -> dict[str, Any]:
    data = {
        "citekey": one.key.text,
        "from": _SOURCES[one.key.source],
        "is_provisional": one.key.is_provisional,
        "item": _item(one),
        "title": _title(one),
    }
    return {**data, "stated": one.key.stated} if one.key.stated else data
