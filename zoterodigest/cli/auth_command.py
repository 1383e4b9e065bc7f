"""The command that takes API keys: auth."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `library` in zoterodigest.toml, or --library, names the library.")(
        auth
    )


def auth(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[status|remove] [LIBRARY]", show_default=False, hidden=True),
    ] = None,
    key_file: Annotated[
        bool,
        typer.Option(
            "--key-file",
            help="With desktop, on a system without a keyring: keep the key in a file of yours.",
        ),
    ] = False,
) -> None:
    """Take an API key and keep it in the keyring of this system.

    Shows where zotero.org gives a key, asks for it without showing it, looks what it opens, and
    keeps it. `auth status` tells what the key opens, `auth remove` takes it out of the keyring.

    A key of zotero.org is for all libraries there. With LIBRARY (user:ID, group:ID,
    https://HOST/users/ID) it is for that one alone. Where there is no keyring, ZOTERO_API_KEY in
    the environment takes its place. A key is never an argument: it may come from standard input.

    With `desktop` the running Zotero asks in a dialog whether zoterodigest may write. The key that
    it then gives goes into the keyring. Where there is none, --key-file keeps it in a file outside
    of your projects that only you can read.

    \b
    Examples:
      zoterodigest auth
      zoterodigest auth status group:45
      zoterodigest auth desktop
      zoterodigest auth desktop --key-file
      pass show zotero | zoterodigest auth user:123
    """
    from zoterodigest.cli import authorising

    authorising.run(words or [], with_key_file=key_file)
