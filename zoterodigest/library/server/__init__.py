"""Any library as Zotero Web API v3 on loopback: `serving` is the way in, `api.answer` the whole."""

from zoterodigest.library.server.listening import Listener, answering, listener, serving

__all__ = ["Listener", "answering", "listener", "serving"]
