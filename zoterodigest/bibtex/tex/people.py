"""Lists of names as BibTeX reads them, turned into the names of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from zoterodigest.bibtex.tex.latex import decode
from zoterodigest.core.values.names import CollectiveName, PersonName, full_name, split_name
from zoterodigest.core.values.record import Names


def read_names(text: str) -> Names:
    """Return the names in the value of an `author` field; `and others` makes them truncated.

    "Last, First" and "Last, Jr., First" come out in the order of reading where that reads back as
    the same name, and a name in braces as one name.
    """
    people = [each for each in _parted(text, _AND) if each]
    named = [each for each in people if each.lower() != "others"]
    names = map(_name, named)
    return Names(tuple(name for name in names if name), len(named) < len(people))


def texts_by_name(text: str) -> Mapping[str, str]:
    """Return the TeX of each name in the value of an `author` field, by the name it reads as."""
    return {_name(each): each for each in _parted(text, _AND)}


_AND = re.compile(r"[{}]|\s(?P<mark>and)(?=\s)", re.IGNORECASE)
_COMMA = re.compile(r"[{}]|(?P<mark>,)")
_LAST_IN_BRACES = re.compile(r"(?P<first>[^{},]+?)\s*\{(?P<last>[^{}]+)\}")


def _parted(text: str, mark: re.Pattern[str]) -> Iterator[str]:
    """Yield what stands between the marks of `text` that stand in no braces."""
    depth = start = 0
    for found in mark.finditer(text):
        if found["mark"] is None:
            depth += 1 if found[0] == "{" else -1
        elif depth == 0:
            yield text[start : found.start()].strip()
            start = found.end()
    yield text[start:].strip()


@lru_cache(maxsize=65536)
def _name(text: str) -> str:
    parts = list(_parted(text, _COMMA))
    match parts:
        case [whole] if whole.startswith("{") and "}" not in whole[1:-1].replace("\\}", ""):
            return _collective(decode(whole))
        case [whole] if found := _LAST_IN_BRACES.fullmatch(whole):
            return _person(decode(found["first"]), decode(found["last"]))
        case [whole]:
            return decode(whole)
        case [last, first]:
            return _person(decode(first), decode(last))
        case [last, suffix, *firsts]:
            return _person(f"{decode(' '.join(firsts))}, {decode(suffix)}", decode(last))
    return ""


def _collective(name: str) -> str:
    """Return a name in one part, in braces where it would be taken for a person's."""
    return name if isinstance(split_name(name), CollectiveName) else f"{{{name}}}"


def _person(first: str, last: str) -> str:
    if not first or not last:
        return _collective(first or last)
    person = PersonName(first, last)
    natural = full_name(person)
    return natural if split_name(natural) == person else f"{last}, {first}"
