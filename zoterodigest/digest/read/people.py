"""People: whether a text is the name of a person, as lists of papers write authors."""

from __future__ import annotations

import re
from functools import lru_cache

from zoterodigest.core.values import names
from zoterodigest.digest.read.shapes import NO_NAME
from zoterodigest.digest.read.slots import one_line
from zoterodigest.regex import lazy_regex

_MOST_NAME_WORDS = 6
COMMA = lazy_regex(r"[,，、;；]")
"""What parts people, and other parts beside a title."""

OF_VENUE = lazy_regex(
    r"\b(?:journal|conference|transactions?|letters|workshops?|symposium|proceedings|reviews?"
    r"|annals|magazine|press|bulletin|advances|sciences?|research|studies|notes|quarterly|record"
    r"|archives?|frontiers|communications|congress|meeting|colloquium|reports?|preprint|thesis"
    r"|springer|elsevier|wiley|claypool|morgan kaufmann|taylor (?:&|and) francis|publish\w+|track"
    r"|industry|findings)\b",
    re.I,
)
"""Words of venues and publishers."""

_NO_SIGNS = lazy_regex(r"[\[\]{}<>:!?\"“”`|/\\=+#@\0]|\d|https?")
_FOOTNOTE = lazy_regex(r"[\s\\]*[*†‡§¶∗⁎✉⋆¹²³⁴⁵⁶⁷⁸⁹⁰♯#^]+$")
_INITIAL = lazy_regex(r"(?:^|(?<=[\s.-]))[^\W\d_]{1,2}\.|\b(?:Jr|Sr|St)\.")
_NO_PERSON = lazy_regex(
    r"\b(?:agents?|algorithms?|analysis|article|attention|benchmark|blog|book|code|computer|data"
    r"|datasets?|deep|detection|diffusion|edition|estimation|free|generation|generative|graph"
    r"|image|information|introduction|language|large|learning|library|links?|machine|methods?"
    r"|models?|networks?|neural|new|object|official|open|optimization|page|pages|part|planning"
    r"|processing|programming|project|reading|reasoning|recognition|reinforcement|robot(?:ics)?"
    r"|segmentation|slides|software|source|systems?|technology|theory|tools?|tracking|training"
    r"|tutorial|understanding|update[ds]?|version|video|vision|visual|website|the|this|these|our"
    r"|january|february|march|april|june|july|august|september|october|november|december)\b",
    re.I,
)
"""Words of topics and pages: what holds one is no person, though it is capitalized."""

_GIVEN = lazy_regex(
    r"(\b[^\W\d_a-z][^\W\d_A-Z]*)-(?=(?:bin|bum|chan|cheng|chi|chiang|chieh|chih|ching|chuan|chul|chun|eun"
    r"|fan|fang|fei|feng|fu|geun|goo|gu|gyu|ha|hao|hee|ho|hong|hoon|hsien|hsin|hsuan|hua|hui|hun|hung|hwan"
    r"|hyeok|hyeon|hyuk|hyun|il|in|jia|jian|jie|jing|jiun"
    r"|jae|jen|jeong|jin|joo|joon|ju|jun|jung|kai|ki|kuan|kwon|kyu|kyung|lan|li|liang|lin|ling|lun|mei|mi|min|ming"
    r"|na|nam|ning|ok|peng|ping|qi|qiang|qing|rae|rim|rong|rui|seo|seok|seong|sheng|shih|sik|soo|su|sub|suk|sun"
    r"|sung|tae|tai|tao|ting|tse|tsung|tzu|uk"
    r"|wei|wen|won|woo|wook|xia|xiang|xin|xing|xuan|yan|yang|yen|yeon|yeong|yeop|yi|ying|yong|yoon|you|young|yu"
    r"|yuan|yue|yun|zhen|zhi|zhong)\b)"
)
"""What stands in "Seung-won" before the second syllable of a given name, which may be small."""

_WITHOUT_CASE = ("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7a3")
_IDEOGRAPHIC_NAME = lazy_regex(
    "[\u3400-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}"
    "|[\u3005\u3040-\u30ff\u3400-\u9fff]{2,6}"
    "|[\u3005\u3040-\u30ff\u3400-\u9fff]{1,5} [\u3005\u3040-\u30ff\u3400-\u9fff]{1,5}"
)


_LABELS = lazy_regex(rb"\[([^\[\]]+)\]\([^()\s]*\)")


def holds_people(line: bytes) -> bool:
    """Whether a line holds links that are called by names of people, several of them."""
    labels = [found[1].decode("utf-8", "replace") for found in _LABELS.finditer(line)]
    return len(labels) > 1 and all(map(is_whole_name, labels))


def is_whole_name(label: str) -> bool:
    """Whether a label is the name of a person in two words or more."""
    return " " in label.strip() and is_person(label)


@lru_cache(maxsize=10_000)  # the same people write many papers: 10 % of reading bold titles
def is_person(text: str) -> bool:
    """Whether a text is written as the name of a person is: two capitalized words or more."""
    name = _FOOTNOTE.sub("", text)
    if "-" in name:
        name = _GIVEN.sub(r"\1", name)
    whole = name.replace(",", " ").split()
    words = [half for word in whole for half in word.split("-") if half]
    if not 0 < len(words) <= _MOST_NAME_WORDS or _NO_SIGNS.search(name):
        return False
    if is_without_case(name):
        return is_ideographic_name(name)
    lower = [word for word in words if word[0].islower()]
    capitals = sum(word[0].isalpha() for word in words) - len(lower)
    # "CSR-DCF", "Non-AI": halves of one word are a method or a topic.
    if not (capitals >= 2 <= len(whole) and all(map(names.is_particle, lower))):
        return False
    # Last: to compile these lists of words takes 4 ms. The checks above refuse most texts.
    if NO_NAME.search(name) or OF_VENUE.search(name) or _NO_PERSON.search(name):
        return False
    return "." not in _INITIAL.sub("", name)


def is_without_case(text: str) -> bool:
    """Whether a text is in a script without capitals: there a name is written as any word is."""
    # No expression: to compile one of so many signs takes 3 ms.
    return any(first <= text[:1] <= last for first, last in _WITHOUT_CASE)


def is_ideographic_name(text: str) -> bool:
    """Whether a text in a script without capitals is as short as names are there."""
    return _IDEOGRAPHIC_NAME.fullmatch(text) is not None


def begins_with_name(text: str) -> bool:
    """Whether a text begins with a person, an initial or a last name before a person."""
    items = [item.strip() for item in _NAME_END.split(text, maxsplit=2)]
    if len(items) < 2:
        return False
    is_torn = len(items[0].split()) == 1 and items[0][:1].isupper()
    return is_person(items[0]) or (
        is_torn and (len(items[0].replace(".", "")) < 3 or is_person(items[1]))
    )


def are_torn(people: str, title: str) -> bool:
    """Whether a list of names goes on in the title: "Jimmy SJ" and "Ren, Li Xu, Shepard Networks".

    "Doe, A" may end a list: there an initial is a whole first name.
    """
    if _GOES_ON.match(title):
        return True
    last = names.parse_authors(people).people[-1:]
    is_cut = bool(last) and "," not in last[0] and _ENDS_IN_INITIAL.search(last[0]) is not None
    return is_cut and begins_with_name(title)


_GOES_ON = lazy_regex(r"(?:and|&|et) ")
_ENDS_IN_INITIAL = lazy_regex(r"[\s.-][A-Z]{1,2}$")
_NAME_END = lazy_regex(r"[,;.](?:\s|$)|\s(?:and|&)\s")


def are_two_last_names(text: str) -> bool:
    """Whether a text is "Gu and Dao": two last names, which no comma parts."""
    people = names.parse_names(one_line(text)).people
    is_pair = len(people) == 2 and not COMMA.search(text)
    return is_pair and all(map(is_last_name, people)) and not NO_NAME.search(text)


def are_cited(text: str) -> bool:
    """Whether a text is how a citation calls authors: "Dijkstra", "Steele and Sussman".

    Not "Cardelli, Wegner", which would be read as one person who is turned round.
    """
    people = names.parse_authors(one_line(text)).people
    return bool(people) and all("," not in it and is_last_name(it) for it in people)


_FEWEST_LAST_NAMES = 3
_NO_WORD = lazy_regex(r"[^\W\d_]-[^\W\d_a-z]|[\u00c0-\u024f]")


def are_last_names(text: str) -> bool:
    """Whether a text is "Müller, Evans and Schied": a list of last names and no title's words.

    One of them is written as no English word is: with a letter of another language, or a hyphen
    before a capital.
    """
    if not _NO_WORD.search(text):
        return False
    found = names.parse_names(one_line(text))
    is_list = found.truncated or len(found.people) >= _FEWEST_LAST_NAMES
    return is_list and len(found.people) > 1 and all(map(is_last_name, found.people))


def is_last_name(text: str) -> bool:
    """Whether a text is a last name alone, with its particles."""
    name = _FOOTNOTE.sub("", text)
    words = name.split()
    is_word = bool(words) and all(one.replace("-", "").replace("'", "").isalpha() for one in words)
    # Of capitals alone is the name of an institute.
    is_name = is_word and words[-1][0].isupper() and not words[-1].isupper()
    is_short = len(words) == 1 or all(map(names.is_particle, words[:-1]))
    return is_name and is_short and not (_NO_PERSON.search(name) or OF_VENUE.search(name))
