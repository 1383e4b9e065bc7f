"""A work as it is cited, before any format: facts, people, date, venue, arXiv ID, stated keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zoterodigest.bibtex.facts.dates import read_dates
from zoterodigest.bibtex.tex.names import Creator
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """A work as its item states it. The names of `facts` are those of bibtex.toml.

    `container` is the official name of where it appeared, `short_container` the one in few words.
    `date` is ISO, cut where parts are missing; `date_end` is the other end of a period. `arxiv` is
    the arXiv id without its version, `primary_class` its class where that is known. An arXiv
    paper's `item_type` is "preprint", whatever the library calls it. `key` is that of its item,
    `citekey` and `extra_citekey` the citation keys that its own field and its Extra state.
    """

    item_type: str
    facts: Mapping[str, str]
    creators: tuple[Creator, ...] = ()
    date: str = ""
    container: str = ""
    short_container: str = ""
    arxiv: str = ""
    primary_class: str = ""
    keywords: tuple[str, ...] = ()
    awards: tuple[str, ...] = ()
    date_end: str = ""
    key: str = ""
    citekey: str = ""
    extra_citekey: str = ""

    @property
    def stated_citekey(self) -> str:
        """The citation key that the item states; its own field goes before Extra."""
        return self.citekey or self.extra_citekey

    def fact(self, name: str) -> str:
        """Return a fact; an empty text if the item does not state it."""
        return self.facts.get(name, "")

    @property
    def people(self) -> Mapping[str, tuple[Creator, ...]]:
        """The creators by the field they belong in (author, editor)."""
        fields = dict.fromkeys([each.field for each in self.creators])
        if len(fields) == 1:
            return dict.fromkeys(fields, self.creators)
        people = self.creators
        return {name: tuple(each for each in people if each.field == name) for name in fields}

    @property
    def is_forthcoming(self) -> bool:
        """Whether the item says that the work is still to appear, in place of its date."""
        return not self.date and bool(_FORTHCOMING.search(self.fact("date")))

    @property
    def accessed(self) -> str:
        """The day on which its page was visited, in ISO; empty if the item does not state it."""
        return read_dates(self.fact("accessed"))[0]

    @property
    def year(self) -> str:
        """The four digits of the year, or an empty text."""
        return self.date[:4]


_FORTHCOMING = lazy_regex(r"press|forthcoming|appear", re.IGNORECASE)


def year_of_arxiv(arxiv: str) -> str:
    """Return the year in an arXiv id; empty for none."""
    digits = (arxiv.partition("/")[2] or arxiv)[:2]
    return digits and ("19" if digits > "90" else "20") + digits
