"""Any library as Zotero Web API v3 on loopback: `listener` is the way in, `api` the answers."""

from zoterodigest.library.server.listening import (
    LOOPBACK,
    Connection,
    Listener,
    answering,
    listener,
)

__all__ = ["LOOPBACK", "Connection", "Listener", "answering", "listener"]
