"""Names of people and of bodies: written as BibTeX reads them, and lists of names read back.

A written name is "Last, First"; the name of a body is in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from zoterodigest.bibtex.tex.latex import Dialect, cleaned_tex, decode, encode_cleaned
from zoterodigest.core.values.names import CollectiveName, PersonName, full_name, split_name
from zoterodigest.core.values.record import Names
from zoterodigest.regex import lazy_regex


class Creator(NamedTuple):
    """Who made a work, as an item names them: in two parts, or with all of the name in `last`.

    `field` is the one they belong in (author, editor). A suffix may stand behind the last or the
    first name. A tuple, because each is looked up in caches several times, and tuples are hashed
    quickly.
    """

    field: str
    last: str
    first: str = ""
    is_body: bool = False

    @property
    def is_rest(self) -> bool:
        """Whether this is no name but says that there are more ("et al.")."""
        if not self.first:
            return _REST.fullmatch(self.last) is not None
        if self.first[:1] not in _REST_BEGINS and self.last[:1] not in _REST_BEGINS:
            return False  # nearly always
        whole = f"{self.first} {self.last}", f"{self.last} {self.first}"
        return any(map(_REST_IN_TWO.fullmatch, whole))


def with_rest(creator: Creator) -> tuple[Creator, ...]:
    """Return a creator, and behind it "others" where the name ends in "et al."."""
    if "al" not in creator.last and "al" not in creator.first:
        return (creator,)
    last, first = _REST_BEHIND.sub("", creator.last), _REST_BEHIND.sub("", creator.first)
    if not last or (last, first) == (creator.last, creator.first):
        return (creator,)
    return creator._replace(last=last, first=first), Creator(creator.field, _OTHERS)


def encode_names(creators: Iterable[Creator], dialect: Dialect) -> str:
    """Return creators as one list of names; "et al." and what follows it become `and others`."""
    names: list[str] = []
    for creator in creators:
        name = encode_name(creator, dialect)
        if name == _OTHERS:
            return " and ".join((*names, name)) if names else ""
        if name:
            names.append(name)
    return " and ".join(names)


@lru_cache(maxsize=65536)
def encode_name(creator: Creator, dialect: Dialect) -> str:
    """Return one name that BibTeX reads as it is meant; "" for a name without a sign to print."""
    if creator.is_rest:
        return _OTHERS
    last, first, suffix = name_parts(creator)
    if creator.is_body or not first or not last:
        name = encode_cleaned(last or first, dialect)
        return f"{{{name}}}" if name else ""
    if dialect is Dialect.BIBTEX and _IDEOGRAPHS.fullmatch(last + first):
        return f"{{{full_name(PersonName(first, last))}}}"
    parts = (_family(last, dialect), suffix, _given(first, dialect))
    return ", ".join(part for part in parts if part)


def name_parts(creator: Creator) -> tuple[str, str, str]:
    """Return the last name, the first name and the suffix (Jr., III) of a creator, cleaned."""
    last, first = cleaned_tex(creator.last), cleaned_tex(creator.first)
    if creator.is_body:
        return last, first, ""
    # Most names are one word each, and need no search for a suffix.
    if (" " in first or "," in first) and (found := _SUFFIX_OF_FIRST.fullmatch(first)):
        return last, found["name"], found["behind_comma"] or found["suffix"]
    if (" " in last or "," in last) and (found := _SUFFIX_OF_LAST.fullmatch(last)):
        return found["name"], first, found["suffix"]
    return last, first, ""


_OTHERS = "others"
_REST = lazy_regex(r"\s*(?:and )?(?:et\.? ?al\.?|others|…|\.\.\.)\s*", re.IGNORECASE)
_REST_IN_TWO = lazy_regex(r"(?:and )?(?:et\.? al\.?|and others)", re.IGNORECASE)
_REST_BEGINS = frozenset("aAeE")  # what the expression before begins with
_REST_BEHIND = lazy_regex(r"(?<=\S)[\s,]{1,3}(?:and )?et\.? ?al\.?\s*$", re.IGNORECASE)
_SUFFIX_OF_FIRST = lazy_regex(
    r"(?P<name>[^,]{1,200}?)"
    r"(?:,\s?(?P<behind_comma>(?:[JS]r|Esq)\.?|I{2,3}|IV|VI{0,3})|\s(?P<suffix>[JS]r\.?))"
)
_SUFFIX_OF_LAST = lazy_regex(r"(?P<name>[^,]{1,200}?)(?:,\s?|\s)(?P<suffix>[JS]r\.?|I{2,3}|IV)")
_IDEOGRAPHS = lazy_regex(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef 々〇·・]+")
_AND = lazy_regex(r"(?:^|\s)and(?=\s|$)", re.IGNORECASE)
_INITIAL = lazy_regex(r"(?:^|(?<=[\s-]))([^\x00-\x7f])")


def _family(text: str, dialect: Dialect) -> str:
    """Return a last name; what BibTeX would take for something else in it stands in braces."""
    encoded = encode_cleaned(text, dialect)
    if _looks_like_several(text):
        return f"{{{encoded}}}"
    if " " not in encoded:
        return encoded
    words = encoded.split(" ")
    particles = next((at for at, word in enumerate(words) if not word[:1].islower()), len(words))
    rest = words[particles:]
    if any(word[:1].islower() for word in rest):  # BibTeX takes all up to it for particles
        words[particles:] = [f"{{{' '.join(rest)}}}"]
    return " ".join(words)


def _looks_like_several(text: str) -> bool:
    """Whether BibTeX would take a part of a name for several names or parts."""
    return "," in text or ("nd" in text.lower() and _AND.search(text) is not None)


def _given(text: str, dialect: Dialect) -> str:
    """Return first names; an initial that 8-bit BibTeX would cut in two stays whole."""
    encoded = encode_cleaned(text, dialect)
    if _looks_like_several(text):
        return f"{{{encoded}}}"
    if dialect is Dialect.BIBTEX and not encoded.isascii():
        return _INITIAL.sub(r"{\\relax \1}", encoded)
    return encoded


def read_names(text: str) -> Names:
    """Return the names in the value of an `author` field; `and others` makes them truncated.

    "Last, First" and "Last, Jr., First" come out in the order of reading where that reads back as
    the same name, and a name in braces as one name.
    """
    people = [each for each in _parted(text, _AND_BETWEEN) if each]
    named = [each for each in people if each.lower() != "others"]
    names = map(_read_name, named)
    return Names(tuple(name for name in names if name), len(named) < len(people))


def texts_by_name(text: str) -> Mapping[str, str]:
    """Return the TeX of each name in the value of an `author` field, by the name it reads as."""
    return {_read_name(each): each for each in _parted(text, _AND_BETWEEN)}


_AND_BETWEEN = lazy_regex(r"(\s[aA][nN][dD])(?=\s)")
_COMMA = lazy_regex(r"(,)")
_LAST_IN_BRACES = lazy_regex(r"(?P<first>[^{},]+?)\s*\{(?P<last>[^{}]+)\}")


def _parted(text: str, mark: re.Pattern[str]) -> Iterator[str]:
    """Yield what stands between the marks of `text` that stand in no braces."""
    # Cut at all marks, as braces are few: a search for both takes three times as long.
    *parts, last = mark.split(text)
    waiting, depth = "", 0
    for between, sign in zip(parts[::2], parts[1::2], strict=True):
        waiting += between
        depth += between.count("{") - between.count("}")
        if depth == 0:
            yield waiting.strip()
            waiting = ""
        else:
            waiting += sign
    yield (waiting + last).strip()


@lru_cache(maxsize=65536)
def _read_name(text: str) -> str:
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
