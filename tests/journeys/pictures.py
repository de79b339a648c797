"""Pictures of screens for the documentation: as small as their few colours allow."""

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

LARGEST = 60_000
"""Bytes: the documentation is read on slow lines, too."""

# The most used colours stay as they are; the others, most of them at the edges of letters, become the nearest of those.
FEW_COLOURS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const {width, height} = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const used = new Map();
  for (const colour of pixels) used.set(colour, (used.get(colour) ?? 0) + 1);
  const palette = [...used].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([colour]) => parts(colour));
  const places = new Map();
  for (const colour of used.keys()) {
    const [red, green, blue] = parts(colour);
    const far = palette.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
    places.set(colour, far.indexOf(Math.min(...far)));
  }
  let rows = "";
  pixels.forEach((colour, at) => (rows += (at % width ? "" : "\\0") + String.fromCharCode(places.get(colour))));
  return {width, height, palette: palette.flat(), rows: btoa(rows)};
}"""


def take(page: Page, path: Path, *, width: int, height: int) -> None:
    """Take a picture of what a screen of this size shows. Fails where it is too large."""
    page.set_viewport_size({"width": width, "height": height})
    page.mouse.move(0, 0)
    whole = page.screenshot(animations="disabled", caret="hide")
    path.write_bytes(_png(**page.evaluate(FEW_COLOURS, base64.b64encode(whole).decode())))
    assert path.stat().st_size < LARGEST, path.name


def _png(*, width: int, height: int, palette: list[int], rows: str) -> bytes:
    """A picture of one byte a pixel, each row after the number of its filter, which is none."""
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = zlib.compress(base64.b64decode(rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(palette)), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
