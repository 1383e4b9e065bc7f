"""Which work is meant: identifiers found in URLs and text, and titles made comparable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One name of a work in one scheme, in canonical form.

    `scheme` is one of `arxiv`, `doi`, `openreview`, `acl`, `cvf`, `ecva`, `pmlr`, `neurips`, `url`;
    `value` has no version, no prefix and one spelling (`2103.00020`, `cs/0112017`,
    `10.1109/cvpr.2020.1` in lower case).
    """

    scheme: str
    value: str
