"""Intents: what a run is for, and so what it may do.

Who wants to know what a run may do asks its intent. `name` is what the history and JSON call a run,
`verb` what it does in a sentence, `may_push` and `may_pull` whether edits go to the library and
come from it, and `creates` whether new entries get items. In a run that may do none of these, what
a person edited goes nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, TypeAlias

from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.plan.run_options import NO_CHOICES, Choices
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Sync:
    """Carry edits to the library, from it, or both ways.

    `relink` revives links that were ended, `fills` are fields that are filled in in digests as
    well, `found` is what sources say of the works whose items the run makes, by item key.
    """

    may_push: bool = True
    may_pull: bool = True
    relink: bool = False
    fills: frozenset[str] = frozenset()
    found: Mapping[str, LookupResult] = field(default_factory=dict, hash=False)

    @property
    def creates(self) -> bool:
        """Whether new entries get items, and items what is known of them besides."""
        return self.may_push

    @property
    def goes_both_ways(self) -> bool:
        """Whether edits go to the library and come from it."""
        return self.may_push and self.may_pull

    @property
    def name(self) -> str:
        """The command that has this intent."""
        if self.goes_both_ways:
            return "sync"
        return "push" if self.may_push else "pull"

    @property
    def verb(self) -> str:
        """What it does, as in "Nothing to push"."""
        return "write" if self.name == "sync" else self.name


@dataclass(frozen=True, slots=True)
class FillIn:
    """Fill in what sources say of items, `found` by item key, and do nothing else."""

    found: Mapping[str, LookupResult] = field(default_factory=dict, hash=False)
    name: ClassVar[str] = "enrich"
    verb: ClassVar[str] = "fill in"
    may_push: ClassVar[bool] = False
    may_pull: ClassVar[bool] = False
    creates: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Publish:
    """Give items the published versions of their works, `found` by item key.

    The .bib files follow, and so do the entries whose fields `choices` names; nothing else happens.
    """

    found: Mapping[str, LookupResult] = field(default_factory=dict, hash=False)
    choices: Choices = NO_CHOICES
    name: ClassVar[str] = "published"
    verb: ClassVar[str] = "apply"
    may_push: ClassVar[bool] = False
    may_pull: ClassVar[bool] = False
    creates: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Decide:
    """Bring both ends of links to what a person chose, `choices`, and do nothing else."""

    choices: Choices
    name: ClassVar[str] = "resolve"
    verb: ClassVar[str] = "write"
    may_push: ClassVar[bool] = True
    may_pull: ClassVar[bool] = True
    creates: ClassVar[bool] = False


Intent: TypeAlias = Sync | FillIn | Publish | Decide

PUSH = Sync(may_pull=False)
PULL = Sync(may_push=False)
SYNC = Sync()
