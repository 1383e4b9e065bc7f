"""Reasons: why an object of a run was not written into the library, as values.

What they are decides what is done about it; as text, they are what a person is told.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangedMeanwhile:
    """Somebody else wrote the object after it was read."""

    def __str__(self) -> str:
        return "it changed in the library in between"


@dataclass(frozen=True, slots=True)
class RefusedByLibrary:
    """The library does not take the object as it is; `message` is what it says about it."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class ParentNotWritten:
    """The object belongs to an item that was not written, for `reason`."""

    reason: Reason

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class OthersNotWritten:
    """The object is only to be written if all others were, and one of them was not."""

    def __str__(self) -> str:
        return "something else could not be written"


@dataclass(frozen=True, slots=True)
class StillUsed:
    """The collection was to go into the trash, and holds an item that was not written."""

    def __str__(self) -> str:
        return "it still holds an item that could not be written"


Reason = ChangedMeanwhile | RefusedByLibrary | ParentNotWritten | OthersNotWritten | StillUsed


def is_stale(reason: Reason) -> bool:
    """Tell whether an object can be written once it is planned again over what is there now."""
    match reason:
        case ChangedMeanwhile():
            return True
        case ParentNotWritten(of_parent):
            return is_stale(of_parent)
        case RefusedByLibrary() | OthersNotWritten() | StillUsed():
            return False
