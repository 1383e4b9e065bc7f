"""Any library as Zotero Web API v3 on loopback: `serving` is the way in, `api.answer` the whole."""

from zoterodigest.library.server.listening import (
    LOOPBACK,
    Connection,
    Listener,
    answering,
    listener,
    serving,
)

__all__ = ["LOOPBACK", "Connection", "Listener", "answering", "listener", "serving"]
