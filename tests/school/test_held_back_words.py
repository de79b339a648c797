"""The journal's words for files that are held back."""

import re
from pathlib import Path

import pytest
from tests.school.conftest import Drop
from tests.school.scripted_la import ScriptedLa

from schoolgate import documents
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school import exchange
from schoolgate.school.exchange.held_back_words import why_held_back
from schoolgate.school.exchange.scanning import scan

ROOMS = [Path(documents.__path__[0]), Path(exchange.__path__[0])]
MADE = re.compile(r'(?:DocumentError|Reason)\(\s*"([a-z-]+)"')
# Of our own schemas and of kinds, never of a file in a folder.
OF_NO_FILE = {"kind-unknown", "not-in-version", "schema-broken", "schema-table", "schema-spans-pupils"}
# A first load is read at the LA only, orders and invoices elsewhere.
FILES = [file for room in ROOMS for file in room.rglob("*.py") if not {"first_load", "ebis"} & set(file.parts)]
CODES = {code for file in FILES for code in MADE.findall(file.read_text("utf-8"))}


def test_a_held_back_file_is_told_in_words_without_its_name(la: ScriptedLa, drop: Drop) -> None:
    drop(name="Amelia Khan.xml")
    scan("820", wait=False)
    line = JournalLine.objects.get(level="WARN")
    assert line.message == (
        "A file was held back: its name is not that of a pupil file. The page behind this line says more."
    )


@pytest.mark.parametrize("code", sorted(CODES - OF_NO_FILE))
def test_every_reason_that_the_code_makes_has_words(code: str) -> None:
    assert why_held_back(code) != why_held_back("no code of ours")


def test_the_codes_were_found() -> None:
    assert {"content", "wrong-folder", "not-xml", "empty"} <= CODES
