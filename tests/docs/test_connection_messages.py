"""The office's table of messages names every one that a Test Connection can end with."""

import re
from pathlib import Path

import pytest
from tests.school.ways_to_fail import WAYS

from schoolgate.wire.exchange_sentences import UNREACHABLE

PAGE = Path(__file__).parents[2] / "docs" / "school-office" / "when-it-cannot-connect.md"
SENTENCES = {way.sentence for way in WAYS.values()} | {sentence for sentence, _ in UNREACHABLE.values()}


def documented() -> list[str]:
    """What each line of the table begins with, up to where it goes on in its own way."""
    rows = re.findall(r"^\| \d \| (.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return [_beginning(row.partition(" …")[0]) for row in rows]


def _beginning(sentence: str) -> str:
    """Numbers and lengths of time are examples."""
    return re.sub(r"\d+ (?:minutes|hours|days)", "some time", sentence)


@pytest.mark.parametrize("sentence", sorted(SENTENCES))
def test_every_message_stands_in_the_table(sentence: str) -> None:
    told = _beginning(sentence)
    assert [row for row in documented() if told.startswith(row) or row.startswith(told)]
