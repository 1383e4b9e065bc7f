"""Title headings: the heading above a note that repeats its title follows the title.

While both are equal, the heading is no text of the person's own. Edited is only one of them at a
time: a heading that still says what the title was until now is a copy that was left behind.
"""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.values.record import EMPTY, Blocks, text_in
from zoterodigest.core.works.pairing import title_print


def with_title_heading(link: Link, run_options: RunOptions) -> Link:
    """Return `link` without the heading that says the former title; `former_title` tells of it.

    Only where the run may write titles into the file: else the heading is text like any other.
    """
    summary, title = link.entry.fields.get("summary"), text_in(link.entry.fields, "title")
    if link.before is None or link.row.digest not in run_options.files or not title:
        return link
    if not (isinstance(summary, Blocks) and summary.texts and summary.texts[0].startswith("#")):
        return link
    former = summary.texts[0].lstrip("#").strip()
    is_copy = title_print(former) == link.before.title != title_print(title)
    if not (is_copy and run_options.rules_for(link.row.digest).directions.pull.allows("title")):
        return link
    texts = summary.texts[1:]
    fields = {**link.entry.fields, "summary": Blocks(texts) if texts else EMPTY}
    return replace(link, entry=replace(link.entry, fields=fields), former_title=former)
