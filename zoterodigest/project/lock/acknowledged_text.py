"""Acknowledged reports as lines of text of the lock file.

acknowledged zd-k3v9x2m4qa                       what reports are about: the id of a row, or one
report ["diverged title","1f0c…"]                made for this; then each report with the print of
                                                 what it says
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from zoterodigest.core.reconcile.acknowledging import Acknowledged
from zoterodigest.project.lock.paragraphs import (
    ACKNOWLEDGED,
    ID,
    REPORT,
    Paragraph,
    fingerprint_of,
    named,
    texts_of,
    to_json,
)

AcknowledgedKey = tuple[str, str]
"""What an acknowledged report is known by: its id and its name."""


def read_acknowledged(paragraph: Paragraph, known: dict[AcknowledgedKey, Acknowledged]) -> None:
    """Take up what a paragraph says; raise `ValueError` if it acknowledges nothing.

    A report that two people acknowledged when it said two things is acknowledged no more.
    """
    id_ = paragraph.head.removeprefix(ACKNOWLEDGED)
    if not ID.fullmatch(id_):
        raise ValueError("an acknowledgement needs an id")
    differing: set[AcknowledgedKey] = set()
    for values in paragraph.variants():
        for name, value in named(values, REPORT):
            one = Acknowledged(id_, name, _print(value))
            key = (id_, name)
            if known.setdefault(key, one) != one:
                differing.add(key)
    for key in differing:
        del known[key]


def _print(value: object) -> str:
    _, *prints = texts_of(value)
    if len(prints) != 1:
        raise ValueError("a report is a name and one fingerprint")
    return fingerprint_of(prints[0])


def render_acknowledged(acknowledged: Iterable[Acknowledged]) -> Iterator[str]:
    """Yield a paragraph for each id, sorted."""
    for id_, of_one in groupby(sorted(acknowledged), key=attrgetter("id")):
        lines = (f"report {to_json([one.name, one.print])}\n" for one in of_one)
        yield f"{ACKNOWLEDGED}{id_}\n{''.join(lines)}"


def sorted_acknowledged(
    acknowledged: Mapping[AcknowledgedKey, Acknowledged],
) -> tuple[Acknowledged, ...]:
    """Return them in the order of the lock file."""
    return tuple(acknowledged[key] for key in sorted(acknowledged))
