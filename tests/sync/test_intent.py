"""What a run is for decides what it may do."""

from __future__ import annotations

import pytest

from zoterodigest.core.plan.run_options import NO_CHOICES
from zoterodigest.sync.gathering.intent import PULL, PUSH, SYNC, Decide, FillIn, Intent, Publish


@pytest.mark.parametrize(
    ("intent", "name", "verb", "may"),
    [
        (PUSH, "push", "push", {"push", "create"}),
        (PULL, "pull", "pull", {"pull"}),
        (SYNC, "sync", "write", {"push", "pull", "create"}),
        (FillIn(), "enrich", "fill in", set()),
        (Publish(), "published", "apply", set()),
        (Decide(NO_CHOICES), "resolve", "write", {"push", "pull"}),
    ],
)
def test_an_intent_says_what_a_run_is_called_and_may_do(
    intent: Intent, name: str, verb: str, may: set[str]
) -> None:
    asked = {"push": intent.may_push, "pull": intent.may_pull, "create": intent.creates}

    assert (intent.name, intent.verb) == (name, verb)
    assert {what for what, is_allowed in asked.items() if is_allowed} == may
