"""The documentation's pictures: each is made by a journey, shown somewhere, and small."""

import re
from pathlib import Path

from tests.journeys.pictures import LARGEST
from tests.journeys.test_pictures import PICTURES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
MADE = {f"{picture.name}.png" for pictures in PICTURES.values() for picture in pictures} | {"school-connect.png"}


def shown() -> set[Path]:
    """What the documents show; fails for one that says nothing to who cannot see it."""
    found = set()
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for words, address in SHOWN.findall(document.read_text("utf-8")):
            assert words, f"{document.name} shows {address} without words"
            found.add((document.parent / address).resolve())
    return found


def test_every_picture_is_made_by_a_journey() -> None:
    assert {path.name for path in FOLDER.iterdir()} == MADE


def test_every_picture_is_shown_and_whatever_is_shown_is_there() -> None:
    assert shown() == set(FOLDER.iterdir())


def test_every_picture_is_small() -> None:
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size >= LARGEST] == []
