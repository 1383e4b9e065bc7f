"""What a person should know of a run before they agree to it."""

from __future__ import annotations

import shlex

from zoterodigest.cli.base.screen import counted, enumerated, first_of, visible
from zoterodigest.cli.base.talk import UNSEEN, Concern
from zoterodigest.sync.run.consent import leaving_texts, little_read
from zoterodigest.sync.run.run import Prepared


def concern_of(prepared: Prepared) -> Concern:
    """Return what a person should know who lets digests be pushed of which little was read."""
    leaving = leaving_texts(prepared.plan, prepared.gathered, prepared.workspace)
    if leaving is not None:
        named = ", ".join(
            visible(f"“{heading}”") for heading in first_of(leaving.headings, 10, indent=0)
        )
        below = f", with the sections {named}" if named else ""
        what = f"the text of {counted(leaving.notes, 'note')} goes to a group's library{below}"
        return Concern(what, "Look at the plan")
    few = little_read(prepared.plan, prepared.gathered)
    if not few:
        return UNSEEN
    parts = [f"{it.read:,} of about {it.about:,} entries of {visible(it.digest)}" for it in few]
    names = " ".join(visible(shlex.quote(one.digest)) for one in few)
    look_at = f"See `zoterodigest inspect {names}`"
    return Concern(f"only {enumerated(parts)} were read", look_at)
