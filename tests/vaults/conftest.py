"""Scenarios over vaults have the fixtures of other scenarios."""

from __future__ import annotations

from tests.sync.conftest import _remembering, world

__all__ = ["_remembering", "world"]
