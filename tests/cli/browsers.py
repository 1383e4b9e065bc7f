"""Real browsers without a window, driven as a person drives them.

Chromium speaks the W3C's WebDriver protocol through its driver, JSON over HTTP; Firefox speaks the
same commands itself, JSON over a socket. So nothing but the browsers need be installed.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FIREFOX = shutil.which("firefox") or shutil.which("firefox-esr")

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which the protocol hands out elements."""

_PATIENCE = 60
"""Seconds until a browser that says nothing counts as dead."""

_CHROMIUM = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--no-first-run", "--lang=en-US"),
)

_PATHS = {
    "Navigate": ("POST", "url"),
    "GetCurrentURL": ("GET", "url"),
    "FindElements": ("POST", "elements"),
    "ElementClick": ("POST", "element/{id}/click"),
    "ElementClear": ("POST", "element/{id}/clear"),
    "ElementSendKeys": ("POST", "element/{id}/value"),
    "GetElementText": ("GET", "element/{id}/text"),
    "PerformActions": ("POST", "actions"),
    "ExecuteScript": ("POST", "execute/sync"),
    "ExecuteAsyncScript": ("POST", "execute/async"),
    "SetWindowRect": ("POST", "window/rect"),
    "TakeScreenshot": ("GET", "screenshot"),
    "DevTools": ("POST", "goog/cdp/execute"),
}
"""What a command is over HTTP."""

Ask = Callable[[str, Mapping[str, Any]], Any]


class Browser:
    """One window of a browser, which does the protocol's commands by `ask`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is there."""
        self._ask("Navigate", {"url": url})

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self._ask("GetCurrentURL", {}))

    def find(self, css: str) -> list[str]:
        """Return the elements that a selector names."""
        found = self._ask("FindElements", {"using": "css selector", "value": css})
        return [str(one[_ELEMENT]) for one in found]

    def click(self, css: str) -> None:
        """Click the first element that a selector names, as a person does."""
        self._ask("ElementClick", {"id": self._first(css)})

    def type(self, css: str, text: str) -> None:
        """Type into the first element that a selector names, instead of what stands there."""
        element = self._first(css)
        self._ask("ElementClear", {"id": element})
        self._ask("ElementSendKeys", {"id": element, "text": text})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        typed = {"type": "key", "id": "keyboard", "actions": strokes}
        self._ask("PerformActions", {"actions": [typed]})

    def text(self, css: str = "main") -> str:
        """Return what a person reads in the first element that a selector names."""
        return str(self._ask("GetElementText", {"id": self._first(css)}))

    def await_text(self, text: str) -> None:
        """Wait until a person reads `text` on the page, which may come after other pages."""
        # In one step: an element that was found may be gone when its text is asked for.
        shown = "return document.querySelector('main')?.innerText ?? ''"
        _until(lambda: text in self.run(shown), f"{text} does not come")

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns, which the page's own rules don't stop."""
        return self._ask("ExecuteScript", {"script": script, "args": [*arguments]})

    def await_script(self, script: str) -> Any:
        """Return what a script hands to its last argument."""
        return self._ask("ExecuteAsyncScript", {"script": script, "args": []})

    def resize(self, width: int, height: int) -> None:
        """Make the window so large."""
        self._ask("SetWindowRect", {"width": width, "height": height})

    def picture(self, path: Path) -> None:
        """Keep a picture of what the window shows."""
        path.write_bytes(base64.b64decode(self._ask("TakeScreenshot", {})))

    def small_picture(self, width: int, height: int) -> bytes:
        """Return the top of the page in a window so large, as WebP; Chromium alone does that."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._in_devtools("Emulation.setDeviceMetricsOverride", size)
        self._in_devtools("Emulation.setScrollbarsHidden", {"hidden": True})
        shot = self._in_devtools("Page.captureScreenshot", {"format": "webp", "quality": 60})
        return base64.b64decode(shot["data"])

    def _in_devtools(self, command: str, given: Mapping[str, Any]) -> Any:
        return self._ask("DevTools", {"cmd": command, "params": given})

    def _first(self, css: str) -> str:
        found = self.find(css)
        assert found, f"nothing is {css} on {self.url}"
        return found[0]


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Give a window of Chromium, which keeps what it keeps in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    arguments = [*_CHROMIUM, f"--user-data-dir={folder / 'profile'}"]
    options = {"binary": CHROMIUM, "args": arguments}
    wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
    with _started([str(DRIVER), f"--port={port}"], folder):
        _until(lambda: requests.get(f"{base}/status", timeout=_PATIENCE).ok)
        made = requests.post(f"{base}/session", json=wanted, timeout=_PATIENCE).json()
        assert "sessionId" in made["value"], made["value"]
        session = f"{base}/session/{made['value']['sessionId']}"

        def ask(command: str, given: Mapping[str, Any]) -> Any:
            method, path = _PATHS[command]
            url = f"{session}/{path.format(**given)}"
            data = given if method == "POST" else None
            value = requests.request(method, url, json=data, timeout=_PATIENCE).json()["value"]
            if isinstance(value, dict) and "error" in value:
                raise AssertionError(f"{command}: {value['error']}: {value['message']}")
            return value

        try:
            yield Browser(ask)
        finally:
            requests.delete(session, timeout=_PATIENCE)


@contextmanager
def firefox(folder: Path) -> Iterator[Browser]:
    """Give a window of Firefox, which keeps what it keeps in `folder`."""
    profile = folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text('user_pref("marionette.port", 0);\n', encoding="utf-8")
    command = [str(FIREFOX), "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    active = profile / "MarionetteActivePort"
    with _started(command, folder):
        _until(lambda: bool(active.is_file() and active.read_text().strip()))
        address = ("127.0.0.1", int(active.read_text()))
        with (
            socket.create_connection(address, timeout=_PATIENCE) as connection,
            connection.makefile("rb") as incoming,
        ):
            _message(incoming)  # it says who it is

            def ask(command: str, given: Mapping[str, Any]) -> Any:
                text = json.dumps([0, 1, f"WebDriver:{command}", {**given}])
                data = text.encode()
                connection.sendall(f"{len(data)}:".encode() + data)
                _, _, error, result = _message(incoming)
                if error:
                    raise AssertionError(f"{command}: {error['error']}: {error['message']}")
                return result["value"] if isinstance(result, dict) and "value" in result else result

            ask("NewSession", {})
            yield Browser(ask)


def _message(stream: Any) -> Any:
    length = b""
    while not length.endswith(b":"):
        length += stream.read(1)
    return json.loads(stream.read(int(length[:-1])))


@contextmanager
def _started(command: Sequence[str], folder: Path) -> Iterator[None]:
    # A home of its own: a browser writes there, whatever profile it has.
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment)
    try:
        yield
    finally:
        started.terminate()
        started.wait(_PATIENCE)


def _until(is_so: Callable[[], bool], otherwise: str = "the browser does not start") -> None:
    for _ in range(20 * _PATIENCE):
        try:
            if is_so():
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError(otherwise)
