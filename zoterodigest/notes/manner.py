"""The manner of a digest's own words, for a block that comes in the place of another."""

from __future__ import annotations

import re

from zoterodigest.notes.canonical import canonical_block
from zoterodigest.notes.markdown import FORMULA


def in_manner_of(own: str, block: str) -> str:
    """Return `block` with its inline formulas between the dollars that `own` gives them.

    A formula that `own` does not hold is written as all of its formulas are, if they are of one
    kind. The block says the same in either manner.
    """
    formulas = [(_tex(found), found.group()) for found in FORMULA.finditer(own)]
    known = {tex: text for tex, text in formulas if text.startswith("$$")}
    if not known:
        return block
    is_of_one_kind = len({text[:2] == "$$" for _, text in formulas}) == 1

    def written(found: re.Match[str]) -> str:
        tex = _tex(found)
        return known.get(tex, f"$${tex}$$" if is_of_one_kind else found.group())

    changed = FORMULA.sub(written, block)
    return changed if canonical_block(changed) == canonical_block(block) else block


def _tex(formula: re.Match[str]) -> str:
    return " ".join((formula.group(1) or formula.group(2)).split())
