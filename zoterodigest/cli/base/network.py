"""What this machine gives to libraries and lookups: environment, keyring, folders."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING

from zoterodigest.cli.base.folders import cache_folder, config_folder, desktop_folder
from zoterodigest.cli.base.screen import hanging, holding, tell, visible
from zoterodigest.cli.base.talk import countdown
from zoterodigest.library.access import Access, Pauses
from zoterodigest.library.address import ZOTERO_ORG, WebAddress, in_desktop
from zoterodigest.library.api_keys import (
    NoKeyring,
    local_name,
    remove_key,
    store_key,
    stored_key,
    stored_local_key,
)
from zoterodigest.library.key_file import KeyFile
from zoterodigest.library.port import LibraryReadOnly

if TYPE_CHECKING:
    from zoterodigest.lookup.sources import Sources
    from zoterodigest.project.config import LookupRules

ENVIRONMENT_KEY = "ZOTERO_API_KEY"
_PAUSES = Pauses()
"""Those that servers asked this process for: a watcher connects again and again."""


def access() -> Access:
    """Return how this machine reaches libraries over the network."""
    return Access(
        api_key_of,
        cache_folder(),
        countdown,
        local_key_of=local_key_of,
        keep_local_key=keep_local_key,
        before_asking=advise_of_keys,
        has_key_file=key_file().exists,
        desktop_folder=desktop_folder(),
        pauses=_PAUSES,
    )


def key_file() -> KeyFile:
    """Return the file for keys of a Zotero on this computer; it exists if the user asked for it."""
    return KeyFile(config_folder() / "zotero-keys.json")


def local_key_of(instance: str) -> str:
    """Return the key that the Zotero with this id on this computer gave; "" if there is none."""
    return _in_keyring(instance) or key_file().key_of(instance)


def place_of_local_key(instance: str) -> str:
    """Return the place of the key of the Zotero with this id; "" if there is no key."""
    if _in_keyring(instance):
        return "in the keyring of this system"
    kept = key_file()
    return f"in {kept.path}" if kept.key_of(instance) else ""


def keep_local_key(instance: str, key: str) -> None:
    """Store a key that a Zotero gave: in the keyring, else in the file that the user asked for."""
    with suppress(NoKeyring):
        # Some keyrings take a key and keep nothing, so it is read back below.
        store_key(local_name(instance), key)
    kept = key_file()
    if _in_keyring(instance) != key and kept.exists:
        kept.keep(instance, key)


def remove_local_key(instance: str) -> bool:
    """Delete the key of the Zotero with this id; return whether there was one."""
    was_there = key_file().remove(instance)
    with suppress(NoKeyring):
        return remove_key(local_name(instance)) or was_there
    return was_there


def keeps_local_keys() -> bool:
    """Return whether a key of a Zotero can be stored here: some keyrings silently store nothing."""
    if key_file().exists:
        return True
    name, text = local_name("trial"), secrets.token_hex(8)
    try:
        store_key(name, text)
        is_kept = stored_local_key("trial") == text
        remove_key(name)
    except NoKeyring:
        return False
    return is_kept


_ASKS_NOBODY: ContextVar[bool] = ContextVar("asks_nobody", default=False)


def asking_nobody() -> AbstractContextManager[None]:
    """Let no Zotero ask whether we may write while the block lasts: nobody is there to answer."""
    return holding(_ASKS_NOBODY, True)


def advise_of_keys() -> None:
    """Warn before Zotero's dialog if this system can't store the permission.

    Raises `LibraryReadOnly` if nobody is to be asked.
    """
    if _ASKS_NOBODY.get():
        raise LibraryReadOnly(
            "Zotero has not let zoterodigest write yet",
            "Run `zoterodigest auth desktop` once and choose Always Allow.",
        )
    if not keeps_local_keys():
        tell(hanging("", _NOT_KEPT))


_NOT_KEPT = (
    "This system has no keyring, so zoterodigest can't keep Zotero's permission. Zotero asks again:"
    " at each write after Allow, at each run after Always Allow, which leaves one more key in"
    " Zotero every time. To be asked only once, run `zoterodigest auth desktop --key-file`: it"
    " keeps the key in a file that only you can read."
)


def _in_keyring(instance: str) -> str:
    with suppress(NoKeyring):
        return stored_local_key(instance)
    return ""


def api_key_of(address: WebAddress) -> str:
    """Return the API key for the library at `address`, "" if there is none."""
    return key_and_origin(address)[0]


def key_and_origin(address: WebAddress) -> tuple[str, str]:
    """Return the API key for the library at `address`, and where it is from; "" if there is none.

    `ZOTERO_API_KEY` is a key of zotero.org. A project that names another server doesn't get it,
    unless that server is on this computer.
    """
    in_environment = os.environ.get(ENVIRONMENT_KEY, "").strip()
    # Plain http is allowed for servers on this computer only.
    if in_environment and (address.url == ZOTERO_ORG or address.url.startswith("http://")):
        return in_environment, ENVIRONMENT_KEY
    with suppress(NoKeyring):
        return stored_key(address), "the keyring"
    return "", ""


def library_in(environment: Mapping[str, str]) -> str:
    """Return the address of the library that pyzotero's variables name; "" if they name none.

    They are `ZOTERO_LIBRARY_ID`, `ZOTERO_LIBRARY_TYPE` (`user`, if it is not set) and
    `ZOTERO_LOCAL`, which means the Zotero on this computer.
    """
    number = environment.get("ZOTERO_LIBRARY_ID", "").strip()
    kind = environment.get("ZOTERO_LIBRARY_TYPE", "").strip().lower().removesuffix("s") or "user"
    if _is_on("ZOTERO_LOCAL", environment):
        return in_desktop(f"{kind}:{number}")
    return f"{kind}:{number}" if number else ""


def _is_on(variable: str, environment: Mapping[str, str]) -> bool:
    return environment.get(variable, "").strip().lower() in ("1", "true", "yes", "on")


def lookups_are_off() -> bool:
    """Return whether the environment turns lookups off, whatever a project says."""
    return _is_on("ZOTERODIGEST_OFFLINE", os.environ)


def open_sources(rules: LookupRules) -> Sources:
    """Return the sources for lookups by these rules, before any request.

    The user's cache folder keeps the answers. Without one they last for this run only.
    """
    # Only a run that looks something up pays for the libraries that this takes.
    from zoterodigest.lookup.cache import USUAL_AGES, Ages, Cache, cache_file
    from zoterodigest.lookup.service import Manners
    from zoterodigest.lookup.sources import Addresses, Sources

    folder = cache_folder()
    key = os.environ.get("SEMANTIC_SCHOLAR_API_KEY", "").strip()
    addresses = Addresses(rules.arxiv, rules.crossref, rules.dblp, rules.semantic_scholar, key)
    found = timedelta(days=rules.days)
    cache = Cache(
        cache_file(folder) if folder else None,
        # What no source knew is asked for again sooner than what one knew.
        ages=Ages(found, min(found, USUAL_AGES.missing)),
        tell=lambda news: tell([visible(news)]),
    )
    return Sources(addresses, cache, Manners(rules.mailto, countdown))
