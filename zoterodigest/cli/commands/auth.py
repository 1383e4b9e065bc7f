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
            help="With desktop, without a keyring: keep the key in a file that only you can read.",
        ),
    ] = False,
) -> None:
    """Keep an API key in the keyring of this system.

    auth shows where zotero.org gives a key, asks for it without showing it, checks what it opens,
    and keeps it. `auth status` shows what the key opens. `auth remove` deletes it from the
    keyring.

    A key of zotero.org is for all libraries there. With LIBRARY (user:ID, group:ID,
    https://HOST/users/ID) it is for that library only. Without a keyring, set ZOTERO_API_KEY in
    the environment. A key is never an argument; it may come from standard input.

    `auth desktop` asks the running Zotero for permission to write. Zotero shows a dialog and gives
    a key, which goes into the keyring. Without a keyring, --key-file keeps it in a file outside
    your projects that only you can read.

    \b
    Examples:
      zoterodigest auth
      zoterodigest auth status group:45
      zoterodigest auth desktop
      zoterodigest auth desktop --key-file
      pass show zotero | zoterodigest auth user:123
    """
    from zoterodigest.cli.commands import auth_run

    auth_run.run(words or [], with_key_file=key_file)
