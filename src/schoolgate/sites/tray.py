"""The icon in the notification area of an office's computer: how the site stands, *Open*, *Export now*.

It asks the site's own commands, as a person would: it runs as who is signed in, and knows no more than they may.
"""

import json
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Colour = Literal["good", "busy", "bad", "unknown"]
Call = Callable[..., "subprocess.CompletedProcess[str]"]

LOOK_EVERY_SECONDS = 60.0
COLOURS: dict[Colour, str] = {"good": "#00703c", "busy": "#1d3d86", "bad": "#d4351c", "unknown": "#505a5f"}
"""As on the first page; the words beside the icon say the same."""


@dataclass(frozen=True)
class Standing:
    """How the site stands: the first page's sentence, and its colour."""

    colour: Colour
    sentence: str


def call_site(*words: str) -> "subprocess.CompletedProcess[str]":
    """A command of this site; no window opens for it on Windows."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [sys.executable, "-m", "schoolgate.sites.cli", "school", *words, "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, creationflags=flags)


def look(call: Call = call_site) -> Standing:
    """How the site stands now. Where it cannot be asked, that is how it stands."""
    answer = call("status")
    try:
        told: dict[str, Any] = json.loads(answer.stdout)
        if not told["all_right"]:
            return Standing("bad", told["sentence"])
        return Standing("busy" if told["waiting"] else "good", told["sentence"])
    except (ValueError, KeyError, TypeError):
        return Standing("unknown", _last_line(answer.stderr) or "The site cannot be asked how it stands.")


def export_now(call: Call = call_site) -> str:
    """Send everything in *Files Not Exported*, and wait for the end; what came of it, for a notification."""
    answer = call("export")
    try:
        las: list[dict[str, Any]] = json.loads(answer.stdout)
        received = sum(one["received"] for one in las)
        held_back = sum(one["held_back"] for one in las)
    except (ValueError, KeyError, TypeError):
        return _last_line(answer.stderr) or "Nothing was sent. Open shows why."
    told = f"{received} sent and received, {held_back} held back."
    return told if answer.returncode == 0 else f"{told} Something needs you: Open shows what."


class Tray:
    """The icon's menu and what it does. `icon` is pystray's, or anything that can be shown and can notify."""

    def __init__(self, url: str, draw: Callable[[str], Any], call: Call = call_site) -> None:
        self._url = url
        self._draw = draw
        self._call = call
        self._stop = threading.Event()
        self._exporting = threading.Lock()
        self.standing = Standing("unknown", "Looking …")

    def image(self) -> Any:
        """The icon in the colour of how the site stands."""
        return self._draw(COLOURS[self.standing.colour])

    def open(self) -> None:
        """Show the first page in the person's browser."""
        webbrowser.open(self._url)

    def refresh(self, icon: Any) -> None:
        """Look, and show it."""
        self.standing = look(self._call)
        icon.icon = self.image()
        icon.title = f"Schoolgate: {self.standing.sentence}"[:127]  # Windows takes no more
        icon.update_menu()

    def export(self, icon: Any) -> None:
        """*Export now*; pressed again while one is under way, it says so and starts no second."""
        if not self._exporting.acquire(blocking=False):
            icon.notify("Files are being sent already.", "Schoolgate")
            return
        try:
            icon.notify(export_now(self._call), "Schoolgate")
        finally:
            self._exporting.release()
        self.refresh(icon)

    def keep_looking(self, icon: Any) -> None:
        """Look once a minute until `stop`."""
        while not self._stop.is_set():
            self.refresh(icon)
            self._stop.wait(LOOK_EVERY_SECONDS)

    def stop(self, icon: Any) -> None:
        """Take the icon away; the site goes on."""
        self._stop.set()
        icon.stop()


def show(url: str) -> None:
    """Show the icon until it is taken away. Raises ImportError without the extra `tray`."""
    import pystray
    from PIL import Image, ImageDraw

    def draw(colour: str) -> Any:
        image = Image.new("RGBA", (64, 64))
        ImageDraw.Draw(image).rounded_rectangle((4, 4, 60, 60), 14, fill=colour)
        ImageDraw.Draw(image).arc((18, 16, 46, 60), 180, 360, fill="white", width=6)
        return image

    tray = Tray(url, draw)
    menu = pystray.Menu(
        pystray.MenuItem(lambda _: tray.standing.sentence, None, enabled=False),
        pystray.MenuItem("Open", tray.open, default=True),
        pystray.MenuItem("Export now", lambda icon: threading.Thread(target=tray.export, args=(icon,)).start()),
        pystray.MenuItem("Take the icon away", tray.stop),
    )
    icon = pystray.Icon("schoolgate", tray.image(), "Schoolgate", menu)

    def begin(shown: Any) -> None:
        shown.visible = True
        tray.keep_looking(shown)

    icon.run(setup=begin)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("Error: ") if lines else ""
