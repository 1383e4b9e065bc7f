"""Years as people write them behind a venue: 2024, '24, -24."""

from __future__ import annotations

EARLIEST, LATEST = 60, 8
"""A year counts if it is at most so long before, and after, the submission: a page is no year."""


def four_digits(text: str, submitted: str) -> str:
    """Return the year that `text` (two or four digits) means, "" if it cannot be one.

    Two digits are completed to the year nearest to the submission (`submitted` begins with its
    year; without one, to 1980-2079).
    """
    near = int(submitted[:4]) if submitted[:4].isdecimal() else 2030
    year = int(text)
    if len(text) == 2:
        year += (near - year + 50) // 100 * 100
    if not submitted[:4].isdecimal():
        return str(year) if 1900 < year < 2080 else ""
    return str(year) if near - EARLIEST <= year <= near + LATEST else ""
