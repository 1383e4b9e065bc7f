"""The canonical form of Markdown blocks: what the sync compares at both ends of a link.

It keeps every difference that a person would call an edit (words, links, emphasis, formulas) and
drops what a note cannot hold (bullet characters, numbers, tight or loose, fence languages).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from zoterodigest.core.values.blocks import join_blocks
from zoterodigest.notes.editor import read_nodes
from zoterodigest.notes.markdown import read_each
from zoterodigest.notes.model import flatten
from zoterodigest.notes.normal import aligned_blocks, normal_blocks
from zoterodigest.notes.write import write_block


def canonical_blocks(blocks: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical form of each of `blocks`, the Markdown blocks of one slot in order.

    There is one text for each block, "" for one that a note cannot hold (a comment, an empty
    item). The function is idempotent, and a note of these blocks reads back as the texts that are
    not "". An item's depth depends on the items before it, nothing else on other blocks.
    """
    return _canonical_blocks(tuple(blocks))


@lru_cache(maxsize=8_192)  # a run asks for the same slots several times
def _canonical_blocks(blocks: tuple[str, ...]) -> tuple[str, ...]:
    groups = read_each(blocks)
    normal = iter(aligned_blocks([block for group in groups for block in group]))
    return tuple(
        join_blocks(write_block(block) for block in islice(normal, len(group)) if block)
        for group in groups
    )


def canonical_block(block: str) -> str:
    """Return the canonical form of one Markdown block that stands alone."""
    return canonical_blocks((block,))[0]


def html_to_blocks(html: str) -> tuple[str, ...]:
    """Return the Markdown blocks, in canonical form, of what `html` shows."""
    nodes = (placed.node for placed in read_nodes(html))
    return tuple(write_block(block) for block in normal_blocks(flatten(nodes)))
