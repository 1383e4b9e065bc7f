"""Which entries of a digest a run is about: `--only id:…`, `section:…`, `task:…`, `keyword:…`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from zoterodigest.core.values.identity import identifier_of
from zoterodigest.core.values.record import (
    KINDS,
    SECTION,
    Entry,
    member_texts,
    value_parts,
)
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.config import SECTIONS

Selection = Callable[[Entry], bool]

_KINDS = ("id", "section", "task", "keyword")


class BadSelection(ZoterodigestError):
    """What was given to `--only` is of no kind that it knows."""

    exit_code = 2

    def __init__(self, text: str) -> None:
        super().__init__(
            f"--only {text}: this selects nothing",
            "Write id:2103.00020, section:Generation, task:restoration or keyword:diffusion.",
        )
        self.text = text


class UnknownField(ZoterodigestError):
    """What was given as the name of a field does not name one."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no field {name}", f"Fields are {', '.join(KINDS)}, and {SECTIONS}."
        )
        self.name = name


def fields_named(names: Sequence[str]) -> frozenset[str]:
    """Return the fields called `names`; raises `UnknownField`."""
    for name in names:
        if name not in KINDS and name != SECTIONS and not name.startswith(SECTION):
            raise UnknownField(name)
    return frozenset(names)


def selection(texts: Sequence[str]) -> Selection | None:
    """Return what takes the entries that any of `texts` selects; None for all if there is none.

    `id` takes an identifier or a URL of one, the others a part of the heading, the task, or of any
    text of the entry, in any case. Raises `BadSelection`.
    """
    tests = [_test(text) for text in texts]
    if not tests:
        return None
    return lambda entry: any(test(entry) for test in tests)


def _test(text: str) -> Selection:
    kind, separator, wanted = text.partition(":")
    wanted = wanted.strip()
    if not separator or kind not in _KINDS or not wanted:
        raise BadSelection(text)
    match kind:
        case "id":
            return lambda entry: _has_identifier(entry, wanted)
        case "section":
            return lambda entry: any(_within(wanted, heading) for heading in entry.headings)
        case "task":
            return lambda entry: any(
                _within(wanted, task) for task in member_texts(entry.fields.get("task"))
            )
        case _:
            return lambda entry: any(
                _within(wanted, text)
                for text in chain.from_iterable(map(value_parts, entry.fields.values()))
            )


def _has_identifier(entry: Entry, wanted: str) -> bool:
    # A bare arXiv id does not select by itself: any number with a dot could be one.
    found = identifier_of(wanted) or identifier_of(f"https://arxiv.org/abs/{wanted}")
    values = {one.value.casefold() for one in entry.identifiers}
    return found in entry.identifiers or wanted.casefold() in values


def _within(part: str, text: str) -> bool:
    return part.casefold() in text.casefold()
