"""Receiving an answer whole, but not without end: a body has a longest length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

LONGEST = 256_000_000
"""Bytes; far more than a page of a hundred objects, and than all versions of a library, can be."""


class Endless(Exception):
    """An answer is longer than any real one; what came of it was dropped."""


def received(
    client: httpx2.Client, method: str, url: str, **request: Any
) -> tuple[httpx2.Response, str]:
    """Send a request; return the response, and its body as text (UTF-8, as the API's is).

    `request` is what `httpx2.Client.stream` takes. Raises what that raises, and `Endless` for a
    body of more than `LONGEST` bytes once it is unpacked.
    """
    body = bytearray()
    with client.stream(method, url, **request) as response:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LONGEST:
                raise Endless
    return response, body.decode("utf-8", "replace")
