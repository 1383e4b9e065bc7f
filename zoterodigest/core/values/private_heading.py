"""How headings compare, and the one below which text is private wherever it stands.

In a note of Zotero it stays in the library, in a file of a vault it stays in the file.
"""

from __future__ import annotations

import unicodedata

from zoterodigest.core.values.key_table import folded_key

PRIVATE_HEADING = "Private"


def folded_heading(text: str) -> str:
    """Return a heading without case, emphasis, the signs between its words and invisible ones."""
    if text.isascii():
        return folded_key(text)
    # An invisible sign in the heading must not publish what stands below it.
    return folded_key("".join(sign for sign in text if unicodedata.category(sign) != "Cf"))
