"""How authors say that a work was accepted: patterns only; plain phrases are in `lookup.toml`.

All repetitions are bounded, and texts are cut (`LONGEST`), so that reading takes linear time.
"""

from __future__ import annotations

import re

from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.lookup.venue_tail import AWARD
from zoterodigest.regex import lazy_regex

LONGEST = 1_000
"""Only so many characters of a field are read; arXiv's longest comments have some hundreds."""

_AS_WORD = (
    r"(?:[a-z][\w'’-]{0,20}|Oral|Poster|Spotlight|Highlight|Findings|Regular|Full|Long|Short|Demo"
    r"|Paper|Presentation|Publication|Conference|Main|Poster)"
)
_AS = (
    rf"(?:\s(?:as|for)\s(?:{_AS_WORD}(?: {_AS_WORD}){{0,5}}?)"
    r"(?=\s(?:at|to|by|in|into|of|on)\b))?"
)
_TO = (
    r"(?:\s?[:,]\s?|\s)"
    r"(?:(?i:at|to|by|in|into|for|on|as|with|within|of|@|as part of)(?=[\s:@])[:\s]?\s?)?"
)
CUE = lazy_regex(
    r"(?:(?:\b(?i:(?:to|will|shall) (?:appear|be (?:published|presented|included))"
    r"|(?:to be )?forthcoming|in press|appearing))"
    r"|(?:\b(?i:published|appear(?:ed|s)|presented)\b(?: (?i:version|paper|article))?)"
    r"|(?:\b(?i:accepted)\b(?: \([^()]{1,30}\))?"
    r"(?: (?i:manuscript|paper|article|version|to appear|to be (?:presented|published)))?"
    r"|\b(?i:camera[- ]ready)(?: (?i:version|paper))?|\b(?i:journal version)(?=\s(?i:in|at|by)\b)"
    r"|\b(?i:accept[ée]e?s?|aceptad[oa]|accettat[oa]|angenommen)(?=\s(?:à|au|dans|par|en|para|por"
    r"|bei|auf|für|in|a|da)\b)(?:\s\w{1,5})"
    rf"|(?<!ominated for )(?<!andidate for )(?<!inalist for )"
    rf"\b(?i:(?:{AWARD})(?: (?:presentation|paper|talk|poster))?)(?=\s(?i:at|in|of|@)\s)))"
    rf"{_AS}{_TO}",
)
CUE_IN_CHINESE = lazy_regex(
    r"被\s?(?P<name>[^，。；;,]{2,80}?)\s?(?:会议|期刊)?\s?(?:接收|录用|收录|接受)"
)
PROCEEDINGS = lazy_regex(r"(?i:\s*(?:in\s)?(?:the\s)?proc(?:eedings|\.)(?:\s?:|\sof)?\s)")
AND = lazy_regex(r"\s?(?:/|,? and|&|\+)\s?(?:(?:also|to|at|in|by|the)\s){0,3}", re.IGNORECASE)
WORKSHOP = lazy_regex(r"\bworkshops?\b|\w@\w|\w @ ?(?=[A-Z])", re.IGNORECASE)
WORKSHOP_LEAD = lazy_regex(r"\s{0,3}(?:[Tt]he )?(?:[A-Z0-9][\w&'’/-]{0,30} ){0,8}", re.ASCII)
LONE_AWARD = lazy_regex(rf"{AWARD}", re.IGNORECASE)

_WORD = lazy_regex(r"[^\W\d_]+")
_HIDDEN = lazy_regex(
    r"https?://\S{1,300}|www\.\S{1,300}|\b[\w.-]{1,60}@[\w-]{1,60}\.[a-z]{2,4}\b"
    r"|\bthis https? URL\b"
    r"|\barxiv ?: ?[\w.-]{1,12}/?\d{4,7}(?:\.\d{4,5})?(?:v\d)?(?: ?\[[\w.-]{1,12}\])?"
    r"|\bdoi ?:? ?10\.\d{4,9}/\S{1,100}|\b10\.\d{4,9}/\S{1,100}",
    re.IGNORECASE,
)
_ADMIN_NOTE = lazy_regex(r"\barxiv admin note\b.*", re.IGNORECASE | re.DOTALL)
# A full stop behind one of these ends no sentence.
_ABBREVIATED = """
Proc Rev Lett Phys Int Conf Symp Trans Vol No J Mach Pattern Anal Comput Graph Nat Sci Commun Astron
Not Mon Soc Math Stat Ann Appl Eng Syst Inf Astrophys Nucl
"""
_SENTENCE_END = lazy_regex(
    r"[;|\n•。；!?]|\.(?=\s{1,3}[A-Z(\[\"“]|\s{0,3}$)(?<!\b[A-Z]\.)"
    + "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATED.split())
)


# As long as before: offsets in the masked text are those of the field.
def masked(text: str) -> str:
    """Return `text`, cut at `LONGEST`, with addresses, ids and notes of arXiv as semicolons."""
    cut = text[:LONGEST]
    for pattern in (_ADMIN_NOTE, _HIDDEN):
        cut = pattern.sub(lambda found: ";" * len(found[0]), cut)
    return cut


def sentence_ends(text: str) -> tuple[int, ...]:
    """Return where the sentences of `text` end, the last at its end; an abbreviation ends none."""
    return (*(found.start() for found in _SENTENCE_END.finditer(text)), len(text))


def is_harmless(text: str) -> bool:
    """Tell whether `text` only counts pages and the like, so that a venue may follow it."""
    return all(map(lookup_tables().harmless.fullmatch, _WORD.findall(text)))
