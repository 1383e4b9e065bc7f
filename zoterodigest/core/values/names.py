"""Names of authors: lists taken apart, names split into first and last, and names compared."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from zoterodigest.core.values.record import Names
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


@frozen()
class PersonName:
    """A person's name in two parts; particles belong to `last`, suffixes to `first`."""

    first: str
    last: str


@frozen()
class CollectiveName:
    """A name in one part: a team, an organisation, a user name, or a person known by one word."""

    name: str


Name = PersonName | CollectiveName


def _linked_name(link: re.Match[str]) -> str:
    return str(link[1] or link[3])


@lru_cache(maxsize=10_000)  # a list is asked for to compare it, and to print it as it stands
def parse_names(text: str) -> Names:
    """Return the names in a list as written, each without outer blanks.

    Commas (also full-width), semicolons, "and" and "&" part names; "et al." and its like at the end
    make the list truncated and are no name. HTML entities stay as they stand. A name linked as a
    note (`[[People/A B|A B]]`, also `|B]]`) is the name. What people belong to is no part of their
    names: "Ann Bee (ETH Zürich, Google)". A text that only says that nothing is known ("-", "N/A")
    has no names.
    """
    if text.strip().lower() in _NOTHING:
        return Names(())
    text = _without_affiliations(text)
    pieces = _split_list(_LINKED_NAME.sub(_linked_name, text) if "[[" in text else text)
    people = _with_first_names(_join_suffixes([piece for piece in pieces if piece]))
    truncated = False
    while people and (rest := _without_et_al(people[-1])) is not None:
        truncated = True
        people[-1:] = [rest] if rest else []
    return Names(tuple(people), truncated)


def affiliation_behind(text: str, end: int) -> str:
    """Return what stands behind the name that ends at `end` of what the person belongs to, or "".

    That is in parentheses, with them, or the numbers of footnotes.
    """
    found = _PARENTHESES.match(text, end)
    if found and _is_affiliation(found[1]):
        return found[0]
    numbers = _NUMBERS.match(text, end)
    return numbers[0] if numbers and _have_numbers(text) else ""


def _without_affiliations(text: str) -> str:
    if "(" in text:
        text = _PARENTHESES.sub(lambda it: "" if _is_affiliation(it[1]) else it[0], text)
    return _NUMBERED.sub(r"\1", text) if _have_numbers(text) else text


def _have_numbers(text: str) -> bool:
    """Whether at least half of several names of two words end in digits, as those of footnotes."""
    if _DIGIT.search(text) is None:
        return False
    bare, count = _NUMBERED.subn(r"\1", text)
    return count > 1 and 2 * count > len(_PARTING.findall(bare))


def _is_affiliation(text: str) -> bool:
    """Whether a text in parentheses is what a person belongs to: no given name, no other script."""
    return _is_collective(" ".join(text.split())) or bool(_SHORT_NAME.search(text))


_PARENTHESES = lazy_regex(
    r"\s?\(([^()]{2,200})\)(?=\s*(?:\.?\s*$|[,，、;；*_]|(?:and|&|\(?et\.? ?al|others)\b|等|&))",
    re.IGNORECASE,
)
_NUMBERS = lazy_regex(
    r"\d{1,2}(?:, ?\d{1,2})*[*†‡§¶#]*(?=\s*(?:\.?\s*$|[,，、;；]|(?:and|&|et\.? ?al)\b))"
)
_NUMBERED = lazy_regex(rf"([^\s,，、;；]\s[^\s\d_,，、;；]+)(?:{_NUMBERS.pattern})")
_DIGIT = lazy_regex(r"\d")
_PARTING = lazy_regex(r"[,，、;；]|(?:and|&) ")
_CLOSED = lazy_regex(r"\(([^()]{2,200})\)(?=\.(?:\s|$))")
_SHORT_NAME = lazy_regex(r"\b[A-Z]{2,}\b")
"""The short name of an institute, as MIT or UCSD."""


def parse_authors(text: str) -> Names:
    """Return the names in a value that holds authors and nothing else, as `parse_names` does.

    In it, "Hopper, Grace" is one person, as in BibTeX. In running text a comma may stand before
    anything ("Stanford, Ann Bee"): there, two names are two people.
    """
    return Names((text.strip(),)) if _is_one_turned(text) else parse_names(text)


def end_of_names(text: str) -> int:
    """Return where the list of names ends that `text` begins with.

    That is before the period behind the last name or its affiliation, and behind an "et al." with
    more text behind it. The period of an initial or an abbreviation ends no list.
    """
    if found := _ET_AL_WITHIN.search(text):
        return found.end()
    closed = _CLOSED.finditer(text) if ")." in text else ()
    last = next((it.end() for it in closed if _is_affiliation(it[1])), len(text))
    text = text[:last]
    for found in _WORD_AND_PERIOD.finditer(text) if "." in text else ():
        word, end = found[1], found.end(1)
        piece = text[max(map(text[:end].rfind, _NAME_ENDS)) + 1 : end].split()
        is_last = not text[found.end() :].strip()
        is_whole_name = len(piece) > 1 or (is_last and len(word) > 3)
        if is_whole_name and word.lower() not in _ABBREVIATIONS:
            return end
    return len(text)


def split_name(name: str) -> Name:
    """Split a name as written into first and last; what cannot be split is a `CollectiveName`.

    Entities are decoded and footnote marks dropped. Understood are "Last, First", particles (van
    der, de la), suffixes (Jr., III) and Chinese, Japanese and Korean names.
    """
    text = _plain(name)
    if text.startswith("{") and text.endswith("}"):
        return CollectiveName(text.strip("{}").strip())
    if _is_collective(text):
        return CollectiveName(text)
    text, suffix = _cut_suffix(text)
    # Before the ideographs: "张, 三" has its parts named by the comma.
    if "," in text:
        last, _, first = text.partition(",")
        return _person(first.strip(), last.strip(), suffix)
    if _is_ideographic(text):
        return _split_ideographic(text)
    words = text.split(" ")
    if len(words) == 1:
        return CollectiveName(_plain(name))
    start = _start_of_last(words)
    return _person(" ".join(words[:start]), " ".join(words[start:]), suffix)


def full_name(name: Name) -> str:
    """Return a split name in the order of reading: "First Last", "First Last Jr.", "张三"."""
    match name:
        case CollectiveName():
            return name.name
        case PersonName(first, last):
            given, comma, suffix = first.partition(", ")
            if _is_ideographic(first) and _is_ideographic(last):
                return last + first
            return " ".join(part for part in (given, last, suffix if comma else "") if part)


def is_user_name(name: str) -> bool:
    """Tell whether `name` looks like the handle of an account (`ChenDY`, `l-li`)."""
    text = _plain(name)
    if " " in text or not text.isascii() or not text or _is_collective(text):
        return False
    return bool(_DIGIT_OR_MARK.search(text) or text[0].islower() or _CAPITAL_INSIDE.search(text))


def is_particle(word: str) -> bool:
    """Tell whether `word` is a small word within a name: "van", "de la"."""
    return word in _PARTICLES


def is_lone_last_name(name: str) -> bool:
    """Tell whether `name` is a last name alone: "Zhang", "van der Berg"; no team, no account."""
    *before, last = _plain(name).split(" ")
    are_particles = all(word in _PARTICLES or word in _LEADING for word in before)
    is_word = bool(_LONE_LAST.fullmatch(last)) and last[0].isupper()
    return are_particles and is_word and not (is_user_name(last) or _is_collective(last))


def same_person(one: str, other: str) -> bool:
    """Tell whether two names can be one person's: same last name, first initials that agree.

    Accents, case, particles and the order of the parts do not count; a missing first name agrees
    with any.
    """
    first, second = split_name(one), split_name(other)
    if isinstance(first, CollectiveName) or isinstance(second, CollectiveName):
        words = _words(full_name(first)), _words(full_name(second))
        return words[0] != [] and (words[0] == words[1] or _is_last_word(words[0], words[1]))
    if sorted(_words(full_name(first))) == sorted(_words(full_name(second))):
        return True
    lasts = _words(first.last), _words(second.last)
    if not lasts[0] or not lasts[1] or lasts[0][-1] != lasts[1][-1]:
        return False
    initials = "".join(_words(first.first))[:1], "".join(_words(second.first))[:1]
    return not all(initials) or initials[0] == initials[1]


def _is_last_word(one: list[str], other: list[str]) -> bool:
    return (len(one) == 1 and one == other[-1:]) or (len(other) == 1 and other == one[-1:])


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one name in two forms (entities, "Last, First", blanks)."""
    return one == other or full_name(split_name(one)) == full_name(split_name(other))


def folded_name(text: str) -> str:
    """Return `text` without case and accents, for comparing names."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "none", "null", "tbd", "unknown", "?"})
# A semicolon that ends an HTML entity parts nothing.
_SEMICOLON = lazy_regex(r"(?P<entity>&#?\w{1,31};)|[;；]")
_COMMA = lazy_regex(r"[,，、\n]| (?:and|und|&|[·•+|/]) |(?<=,)and ")
_AND = lazy_regex(r" (?:and|und|&) ")
_LINKED_NAME = lazy_regex(
    r"\[\[(?:[^\[\]|]*/)?([^\[\]|/]* ([^\[\]|/ ]+))\|\2\]\]"
    r"|\[\[(?:[^\[\]|]*[|/])?([^\[\]|/]*)\]\]"
)
"""A name linked as a note; the first form shows the last name only, and leads to the full one."""

_ET_AL = lazy_regex(
    r"(?:^|[\s,])[*_(]?(?:and |& )?"
    r"(?:et\.? ?al\.?|others|\+? ?\d{1,5} (?:more|others|authors)(?: authors)?)\.?[*_)]?$"
    r"|(?:^|[\s,])u\. ?a\.$|等+人?[.。]?$|(?:…|\.\.\.)[.…]*$",
    re.IGNORECASE,
)
_ET_AL_WITHIN = lazy_regex(r"(?<=[\s,])\(?et\.? ?al(?:\.|\b)\)?", re.IGNORECASE)
_WORD_AND_PERIOD = lazy_regex(r"(?<![^\W\d_])([^\W\d_]{2,40})\.(?=\s|$)")
_NAME_ENDS = ",;，；、&"
_ABBREVIATIONS = frozenset(
    {
        "chr",
        "co",
        "corp",
        "dr",
        "inc",
        "jr",
        "ltd",
        "mr",
        "mrs",
        "ms",
        "ph",
        "prof",
        "sr",
        "st",
        "wm",
    }
)
_SUFFIX = lazy_regex(r"(?:[JS]r\.?|II|III|IV|Ph\.? ?D\.?|M\.?D\.?|Inc\.?|Ltd\.?|LLC|Corp\.?)")
_SUFFIX_SIGNS = "JSIPMLC"
_PERSON_SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})


def _split_list(text: str) -> list[str]:
    by_and = [piece.strip() for piece in _ONLY_AND.split(text)] if "and" in text else [text]
    # "Last, First and Last, First", as BibTeX has it.
    if len(by_and) > 1 and all(_TURNED.fullmatch(it) or _ET_AL.search(it) for it in by_and):
        return by_and
    by_semicolon = _cut_at_semicolons(text)
    # "Last, First; Last, First": here a comma parts the two halves of one name.
    if len(by_semicolon) > 1 and all(piece.count(",") <= 1 for piece in by_semicolon):
        pieces = [part for piece in by_semicolon for part in _AND.split(piece)]
    else:
        pieces = [part for piece in by_semicolon for part in _COMMA.split(piece)]
    stripped = (piece.strip() for piece in pieces)
    return [_without_and(piece) if piece.startswith(_AND_SIGNS) else piece for piece in stripped]


def _with_first_names(pieces: list[str]) -> list[str]:
    """Join last names with the initials behind them: "He, K., Zhang, X.", "LeCun, Yann, A Bell"."""
    last = _without_et_al(pieces[-1]) if pieces else None
    is_cut = last is not None
    names, rest = (pieces[:-1], pieces[-1:]) if is_cut else (pieces, [])
    firsts, lasts = names[1::2], names[::2]
    # "E. Agustsson, R" is cut off within the second name: a last name begins with no initial.
    are_turned = all(map(_INITIALS.fullmatch, firsts)) and not any(map(_INITIAL.match, lasts))
    if firsts and len(firsts) == len(lasts) and are_turned:
        return [", ".join(pair) for pair in zip(lasts, firsts, strict=True)] + rest
    # "LeCun, Yann, Yoshua Bengio": the first of them alone is turned round.
    is_first_turned = (
        len(names) > 1 and _is_family_name(names[0]) and _FIRST_NAMES.fullmatch(names[1])
    )
    if not (is_first_turned and (is_cut or len(names) > 2)):
        return pieces
    others = [*names[2:], *filter(None, [last])]
    # "Zhang, Ruiz, van der Berg" are three, and so are "Zhang, Ruiz, Qwen Team".
    are_whole = all(" " in it and not is_lone_last_name(it) for it in others)
    are_teams = bool(others) and all(map(_is_collective, others))
    return [", ".join(names[:2]), *names[2:], *rest] if are_whole and not are_teams else pieces


def _is_one_turned(text: str) -> bool:
    """Whether a text is "Hopper, Grace", "van der Berg, Jan" or "Knuth, Donald E.": one person.

    "Ada Lovelace, Grace Hopper" are two, and so are "Gu and Dao".
    """
    if text.count(",") != 1:
        return False
    last, _, first = (part.strip() for part in _ascii_shape(text).partition(","))
    # "Da Costa, Ann Bee" are two: the first of them may be called so.
    pattern = _FIRST_NAMES if " " in last else _ALL_FIRST_NAMES
    return bool(_is_family_name(last) and pattern.fullmatch(first)) and not _is_collective(first)


def _is_family_name(text: str) -> bool:
    """Whether it is a last name with its particles, if it has any: "van der Berg"."""
    *particles, word = text.split(" ")
    are_particles = all(it in _PARTICLES or it in _CAPITAL_PARTICLES for it in particles)
    return are_particles and _is_last_name(word)


def _ascii_shape(text: str) -> str:
    """Return a text with a letter of English for each other one, capital or small as it is."""
    if text.isascii():
        return text
    return "".join(
        one if one.isascii() else "A" if one.isupper() else "a" if one.islower() else one
        for one in unicodedata.normalize("NFC", text)
    )


def _is_last_name(text: str) -> bool:
    """Whether it is one word in small letters but for the first: no team, no user."""
    return bool(_LAST_NAME.fullmatch(text)) and not _is_collective(text)


_INITIALS = lazy_regex(r"(?:[A-ZÀ-ÖØ-ÞŁŠŽ]\.?[ -]?){1,4}")
_INITIAL = lazy_regex(rf"{_INITIALS.pattern}$|[A-ZÀ-ÖØ-ÞŁŠŽ]\.[ -]?\w")
_FIRST_NAMES = lazy_regex(r"[A-Z][^\W\dA-Z_]+(?:-\w+)?(?: [A-Z]\.?)*")
_ALL_FIRST_NAMES = lazy_regex(rf"{_FIRST_NAMES.pattern}(?: {_FIRST_NAMES.pattern}){{0,2}}")
_LAST_NAME = lazy_regex(r"(?:Mc|Mac|Le|La|De|Du|Di|O['’])?[A-Z][^\W\dA-Z_]+(?:-[A-Z][^\W\dA-Z_]+)?")
_TURNED = lazy_regex(r"[^,;]+,\s+[^,;]+")
_ONLY_AND = lazy_regex(r"\s+and\s+")


_AND_SIGNS = ("and", "und", "&")


def _without_and(piece: str) -> str:
    sign, _, name = piece.partition(" ")
    return name.strip() if sign in _AND_SIGNS else piece


def _cut_at_semicolons(text: str) -> list[str]:
    if ";" not in text and "；" not in text:
        return [text]
    pieces, start = [], 0
    for mark in _SEMICOLON.finditer(text):
        if mark["entity"] is None:
            pieces.append(text[start : mark.start()])
            start = mark.end()
    return [*pieces, text[start:]]


def _join_suffixes(pieces: list[str]) -> list[str]:
    people: list[str] = []
    for piece in pieces:
        if people and piece[0] in _SUFFIX_SIGNS and _SUFFIX.fullmatch(piece):
            people[-1] += f", {piece}"
        else:
            people.append(piece)
    return people


def _without_et_al(name: str) -> str | None:
    """Return what stands before "et al." at the end of `name`; None if it does not end so."""
    found = _ET_AL.search(name[-40:])
    return None if found is None else name[: len(name[:-40]) + found.start()].strip(" ,(")


def _words_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MARKS = "*†‡§¶∗⁎✉⋆¹²³⁴⁵⁶⁷⁸⁹⁰"
_PARTICLES = _words_in(
    "van von vom der den de del della delle dello des di da das do dos du d' la le las los "
    "ter ten te tot zu zum zur af av bin ibn bint ben al el y 't st. mac ó"
)
_CAPITAL_PARTICLES = _words_in(
    "Van Von De Del Della Der Den Di Da Dos Du La Le Ter Ten Bin Ibn Al El Ó Mac St. Las Los"
)
_LEADING = _words_in("Van Von De")
"""Of those that begin with a capital the ones that are no first names."""
_LONE_LAST = lazy_regex(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# In these names "Van" and "Le" are middle or family names.
_VIETNAMESE = _words_in(
    "nguyen tran pham hoang huynh phan vu vo dang bui ngo duong ly thi trinh dinh doan"
)
_COLLECTIVES = _words_in(
    "team group consortium collaboration inc inc. ltd ltd. llc gmbh corp corp. corporation "
    "lab labs laboratory laboratories university institute foundation committee association "
    "society project community contributors authors organization organisation department "
    "alliance initiative company openai deepmind google microsoft nvidia anthropic alibaba "
    "bytedance tencent baidu huawei meituan deepseek deepseek-ai qwen mistral xai hugging "
    "bigscience eleutherai kuaishou stepfun zhipu moonshot cohere salesforce adobe samsung"
)
_COMPOUND_FAMILIES = _words_in(
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 公孙 慕容 令狐 夏侯 司徒"
)
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"}
)
_DIGIT_OR_MARK = lazy_regex(r"[\d_]|-[a-z]")
_CAPITAL_INSIDE = lazy_regex(r"[a-z][A-Z]|[A-Z]{2}")
_IDEOGRAPHS = lazy_regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3々〇 ·・]+")
_WORD = lazy_regex(r"[^\W_]+")


def _plain(name: str) -> str:
    return " ".join(html.unescape(name).replace("\u200b", "").split()).strip(_MARKS + " ")


def _is_collective(text: str) -> bool:
    words = text.split(" ")
    if words[0] == "The" and len(words) > 1:
        return True
    return any(word.lower().strip("(),") in _COLLECTIVES or word == "AI" for word in words)


def _cut_suffix(text: str) -> tuple[str, str]:
    before, _, last = text.rpartition(" ")
    if last in _PERSON_SUFFIXES and " " in before.rstrip(","):
        return before.rstrip(","), last
    return text, ""


def _person(first: str, last: str, suffix: str) -> Name:
    if not first or not last:
        return CollectiveName(first or last)
    return PersonName(f"{first}, {suffix}" if suffix else first, last)


def _start_of_last(words: list[str]) -> int:
    """Return where the last name begins: at its first particle, or at the last word."""
    is_vietnamese = any(word.lower() in _VIETNAMESE for word in words)
    for index, word in enumerate(words[1:-1], 1):
        if word in _PARTICLES or (word in _CAPITAL_PARTICLES and not is_vietnamese):
            return index
    return len(words) - 1


def _is_ideographic(text: str) -> bool:
    return bool(_IDEOGRAPHS.fullmatch(text))


def _split_ideographic(text: str) -> Name:
    last, blank, first = text.partition(" ")
    if blank:
        return PersonName(first, last)
    if not 2 <= len(text) <= 4 or any("\u3040" <= character <= "\u30ff" for character in text):
        return CollectiveName(text)
    # Four signs without a known family name: Japanese names are mostly two and two.
    size = 2 if text[:2] in _COMPOUND_FAMILIES or len(text) == 4 else 1
    return PersonName(text[size:], text[:size]) if len(text) > size else CollectiveName(text)


def _words(text: str) -> list[str]:
    return _WORD.findall(folded_name(text))
