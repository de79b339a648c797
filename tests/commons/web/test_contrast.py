"""Text and pictures keep the contrast that WCAG 2.2 AA asks for, whatever colour is changed next."""

import re
from pathlib import Path

import pytest
from django.apps import apps

FOLDER = Path(apps.get_app_config("web").path) / "static" / "web"
BASE = (FOLDER / "base.css").read_text("utf-8")
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", BASE))
ACCENTS = dict(re.findall(r"\.site-(\w+) \{ --accent: (#[0-9a-f]{6});", BASE))
FILLS = dict(re.findall(r"\.chart-(\w+) \{ fill: (#[0-9a-f]{6});", (FOLDER / "components.css").read_text("utf-8")))
WHITE = "#ffffff"

ON_GROUNDS = [
    *[(text, ground) for text in ("ink", "ink-soft", "link") for ground in ("paper", "wash", "good-wash", "bad-wash")],
    *[(family, f"{family}-wash") for family in ("good", "busy", "warning", "bad", "quiet")],
    ("bad", "paper"),
    ("ink", "focus"),
    ("line-strong", "paper"),
]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG reckons it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), ON_GROUNDS)
def test_text_can_be_read_on_its_ground(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize("site", ["school", "authority", "supplier"])
def test_every_sites_accent_carries_white_text_and_stands_on_the_navigation(site: str) -> None:
    assert contrast(ACCENTS[site], WHITE) >= 4.5
    assert contrast(ACCENTS[site], COLOURS["wash"]) >= 4.5


@pytest.mark.parametrize("family", ["good", "busy", "warning", "bad", "quiet"])
def test_a_sign_can_be_read_in_the_field_of_a_picture(family: str) -> None:
    assert contrast(FILLS[family], WHITE) >= 4.5
