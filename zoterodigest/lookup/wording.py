"""How authors say that a work was accepted, or what else a comment speaks of: patterns only.

All repetitions are bounded, and texts are cut (`LONGEST`), so that reading takes linear time.
"""

from __future__ import annotations

import re

from zoterodigest.lookup.venue_claims import Status
from zoterodigest.lookup.venue_tail import AWARD

LONGEST = 1_000
"""Only so many characters of a field are read; arXiv's longest comments have some hundreds."""

_AS_WORD = (
    r"(?:[a-z][\w'’-]{0,20}|Oral|Poster|Spotlight|Highlight|Findings|Regular|Full|Long|Short|Demo"
    r"|Paper|Presentation|Publication|Conference|Main|Poster)"
)
_AS = (
    rf"(?:\s(?:as|for)\s(?P<as_what>{_AS_WORD}(?: {_AS_WORD}){{0,5}}?)"
    r"(?=\s(?:at|to|by|in|into|of|on)\b))?"
)
_TO = (
    r"(?:\s?[:,]\s?|\s)"
    r"(?:(?i:at|to|by|in|into|for|on|as|with|within|of|@|as part of)(?=[\s:@])[:\s]?\s?)?"
)
CUE = re.compile(
    r"(?:(?P<to_appear>\b(?i:(?:to|will|shall) (?:appear|be (?:published|presented|included))"
    r"|(?:to be )?forthcoming|in press|appearing))"
    r"|(?P<published>\b(?i:published|appear(?:ed|s)|presented)\b(?: (?i:version|paper|article))?)"
    r"|(?P<accepted>\b(?i:accepted)\b(?: \([^()]{1,30}\))?"
    r"(?: (?i:manuscript|paper|article|version|to appear|to be (?:presented|published)))?"
    r"|\b(?i:camera[- ]ready)(?: (?i:version|paper))?|\b(?i:journal version)(?=\s(?i:in|at|by)\b)"
    r"|\b(?i:accept[ée]e?s?|aceptad[oa]|accettat[oa]|angenommen)(?=\s(?:à|au|dans|par|en|para|por"
    r"|bei|auf|für|in|a|da)\b)(?:\s\w{1,5})"
    rf"|(?<!ominated for )(?<!andidate for )(?<!inalist for )"
    rf"\b(?i:(?P<award>{AWARD})(?: (?:presentation|paper|talk|poster))?)(?=\s(?i:at|in|of|@)\s)))"
    rf"{_AS}{_TO}",
)
CUE_IN_CHINESE = re.compile(
    r"被\s?(?P<name>[^，。；;,]{2,80}?)\s?(?:会议|期刊)?\s?(?:接收|录用|收录|接受)"
)
PROCEEDINGS = re.compile(r"(?i:\s*(?:in\s)?(?:the\s)?proc(?:eedings|\.)(?:\s?:|\sof)?\s)")

WITHDRAWN = re.compile(
    r"\b(?:withdrawn|withdrew|retracted|reject(?:ed|ion)|(?:not|never) (?:yet )?(?:published"
    r"|accepted|peer))\b",
    re.IGNORECASE,
)
NON_ARCHIVAL = re.compile(r"\bnon[- ]?archival\b", re.IGNORECASE)
SUBMISSION = re.compile(
    r"\b(?:(?:re)?submi(?:t|ts|tted|tting|ssion|ssions)"
    r"|(?:under|in|for)(?: [\w-]{1,20}){0,3} review"
    r"|review(?:ed|ing)? (?:at|for|by)|preparation|preparing|considered|consideration"
    r"|possible publication|revision at|soumis|eingereicht|enviado|inviato)\b|投稿|在审",
    re.IGNORECASE,
)
UNDER_REVIEW = re.compile(
    r"\bunder(?: (?!major|minor)[\w-]{1,20}){0,3} review\b|\bin review\b", re.I
)
SUBMITTED = re.compile(
    r"(?<!to be )(?<!will be )\bsubmitted\b|\bsubmission\b|\bsoumis\b|\beingereicht\b|投稿",
    re.IGNORECASE,
)
PLAINLY_ACCEPTED = re.compile(
    r"(?:^|[,;.(|]\s?)(?:(?:this|the|our) (?:paper|work|manuscript|article) (?:is|was|has been) )?"
    r"accepted\b(?! (?:version|manuscript|papers?))",
    re.IGNORECASE,
)
ANOTHER_VERSION = re.compile(
    r"\b(?:extend(?:s|ed|ing)?|extension|expand(?:s|ed)|builds? (?:up)?on|based on|follow[- ]?up"
    r"|supersed\w{1,4}|companion|sequel|related to|part(?:s|ly|ially)? (?:of|published|appeared)"
    r"|portions?|earlier|previous(?:ly)?|prior|preliminary|older|abridged|initial(?:ly)?"
    r"|(?:full|long|longer|short|shorter|conference|workshop|first|original|journal) version"
    r"|compared to|improves? (?:up)?on|generali[sz]es)\b",
    re.IGNORECASE,
)
JOURNAL_VERSION = re.compile(r"\bjournal version\b", re.IGNORECASE)
ANOTHER_THING = re.compile(
    r"\b(?:challenge|competition|contest|winn(?:er|ing)s?|won|solution|ranked|shared task"
    r"|(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|top)[- ]place|thesis|dissertation|comment on"
    r"|reply to|response to|erratum|corrigendum|correction|slides|talk|lecture|tutorial|survey of"
    r"|rebuttal|reviewers?)\b",
    re.IGNORECASE,
)
PART_OF_WORK = re.compile(
    r"\b(?:papers|dataset|benchmark|supplement\w{0,12}|appendix|code|implementation|template|style"
    r"|format)\b",
    re.IGNORECASE,
)
NOT_ALONE = re.compile(
    r"\b(?:challenge|competition|contest|winn(?:er|ing)|won|solution|place|ranked|shared task"
    r"|template|style|format(?:ted)?|thesis|dissertation|comment on|reply to|response to|erratum"
    r"|draft|preprint|rebuttal|extended abstracts?|if|when|once|upon)\b",
    re.IGNORECASE,
)
IF = re.compile(r"\b(?:if|when|once|until|unless|upon|pending|after|not|hopefully)\b", re.I)
_HARMLESS = re.compile(
    r"pages?|pp|pgs?|figures?|figs?|tables?|main|text|paper|appendi(?:x|ces)|supplement\w{0,12}"
    r"|references?|including|incl|with|without|and|plus|total|in|the|of|a|an|for|colou?r|pdf|latex"
    r"|tex|excluding|bibliography|algorithms?|columns?|double|single|one|two|three|each|long|short"
    r"|conference|accepted|equal|contribution|authors?|contributed|equally|first",
    re.IGNORECASE,
)
AND = re.compile(r"\s?(?:/|,? and|&|\+)\s?(?:(?:also|to|at|in|by|the)\s){0,3}", re.IGNORECASE)
WORKSHOP = re.compile(r"\bworkshops?\b|\w@\w|\w @ ?(?=[A-Z])", re.IGNORECASE)
WORKSHOP_LEAD = re.compile(r"\s{0,3}(?:[Tt]he )?(?:[A-Z0-9][\w&'’/-]{0,30} ){0,8}", re.ASCII)
LONE_AWARD = re.compile(rf"{AWARD}", re.IGNORECASE)

_WORD = re.compile(r"[^\W\d_]+")
_HIDDEN = re.compile(
    r"https?://\S{1,300}|www\.\S{1,300}|\b[\w.-]{1,60}@[\w-]{1,60}\.[a-z]{2,4}\b"
    r"|\bthis https? URL\b"
    r"|\barxiv ?: ?[\w.-]{1,12}/?\d{4,7}(?:\.\d{4,5})?(?:v\d)?(?: ?\[[\w.-]{1,12}\])?"
    r"|\bdoi ?:? ?10\.\d{4,9}/\S{1,100}|\b10\.\d{4,9}/\S{1,100}",
    re.IGNORECASE,
)
_ADMIN_NOTE = re.compile(r"\barxiv admin note\b.*", re.IGNORECASE | re.DOTALL)
_SENTENCE_END = re.compile(
    r"[;|\n•。；!?]|\.(?=\s{1,3}[A-Z(\[\"“]|\s{0,3}$)"
    r"(?<!\b[A-Z]\.)(?<!\bProc\.)(?<!\bRev\.)(?<!\bLett\.)(?<!\bPhys\.)(?<!\bInt\.)(?<!\bConf\.)"
    r"(?<!\bSymp\.)(?<!\bTrans\.)(?<!\bVol\.)(?<!\bNo\.)(?<!\bJ\.)(?<!\bMach\.)(?<!\bPattern\.)"
    r"(?<!\bAnal\.)(?<!\bComput\.)(?<!\bGraph\.)(?<!\bNat\.)(?<!\bSci\.)(?<!\bCommun\.)"
    r"(?<!\bAstron\.)(?<!\bNot\.)(?<!\bMon\.)(?<!\bSoc\.)(?<!\bMath\.)(?<!\bStat\.)(?<!\bAnn\.)"
    r"(?<!\bAppl\.)(?<!\bEng\.)(?<!\bSyst\.)(?<!\bInf\.)(?<!\bAstrophys\.)(?<!\bNucl\.)"
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
    return all(_HARMLESS.fullmatch(word) for word in _WORD.findall(text))


def status_without_venue(text: str) -> Status:
    """Return how far a work has come, from a text that names no venue where it appeared."""
    if UNDER_REVIEW.search(text):
        return Status.UNDER_REVIEW
    if SUBMITTED.search(text):
        return Status.SUBMITTED
    return Status.ACCEPTED if PLAINLY_ACCEPTED.search(text) else Status.UNKNOWN
