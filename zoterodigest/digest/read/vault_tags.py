"""Tags as notes have them in one text: parted by blanks, as no tag of Obsidian holds one."""

from __future__ import annotations

import re

from zoterodigest.digest.read.layers import LayerCut, LayeredText

_GAP = re.compile(rb"[ \t]+")


def parted_at_blanks(text: LayeredText) -> LayeredText:
    """Return tags that stand parted by blanks as if commas parted them."""
    cuts = [LayerCut(*gap.span(), b", ") for gap in _GAP.finditer(text.data)]
    return text.peeled(_GAP.sub(b", ", text.data), lambda: cuts, in_blanks)


def in_blanks(new: bytes) -> bytes:
    """Write tags with blanks between them."""
    return new.replace(b", ", b" ")
