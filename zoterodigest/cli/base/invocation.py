"""What a person typed, as far as most commands have it: one value that goes to what they do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """Which files and which library a command is about, and how it goes about them."""

    files: tuple[Path, ...] = ()
    address: str = ""
    format_name: str = ""
    is_dry_run: bool = False
    is_agreed: bool = False
    is_offline: bool = False
    with_stats: bool = False
    as_json: bool = False
