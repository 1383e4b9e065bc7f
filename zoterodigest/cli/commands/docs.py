"""The command `docs`: the pages of documentation, which come with the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from zoterodigest.cli.base.options import argument, command
from zoterodigest.cli.base.pages import documentation_pages
from zoterodigest.cli.base.screen import emit, hanging, lines_of_text
from zoterodigest.cli.base.talk import emit_long
from zoterodigest.errors import ZoterodigestError


class UnknownTopic(ZoterodigestError):
    """There is no page of this name."""

    exit_code = 2


def topics_like(incomplete: str) -> list[str]:
    """Return the names of pages that begin so."""
    return [name for name in documentation_pages() if name.startswith(incomplete)]


@command("topic", epilog="Next: `zoterodigest docs recipes` has whole tasks from start to end.")
def docs(topic: str = argument("TOPIC", "", autocompletion=topics_like)) -> None:
    """Show a page of the documentation, or list the pages.

    The pages are Markdown. They are those of the version that you installed. At a terminal, a long
    page is shown in $PAGER.

    \b
    Examples:
      zoterodigest docs
      zoterodigest docs troubleshooting
      zoterodigest docs configuration | grep vault
    """
    known = documentation_pages()
    if not topic:
        emit(_list(known))
    elif page := known.get(topic.removesuffix(".md")):
        emit_long(lines_of_text(page.read_text(encoding="utf-8")))
    else:
        alike = get_close_matches(topic, known, 1)
        meant = f"Did you mean `zoterodigest docs {alike[0]}`? " if alike else ""
        raise UnknownTopic(
            f"there is no page {topic}", f"{meant}`zoterodigest docs` lists the pages."
        )


def _list(known: Mapping[str, Path]) -> Iterator[str]:
    for name, page in known.items():
        with page.open(encoding="utf-8") as lines:
            title = next(lines, "").removeprefix("#").strip()
        yield from hanging(f"  {name:<17} ", title)
