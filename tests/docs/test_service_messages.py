"""The office's page on suppliers names every message that a Test Connection of a web service can end with."""

import re
from pathlib import Path

import pytest

from schoolgate.wire.soap import errors

PAGE = Path(__file__).parents[2] / "docs" / "school-office" / "suppliers.md"
SENTENCES = [
    *(sentence for sentence, _ in errors.UNREACHABLE.values()),
    *(
        error.sentence
        for error in (
            errors.WrongCredentials(),
            errors.ServiceFailed(""),
            errors.NotUnderstood(""),
            errors.NoPassword(),
            errors.CaFileUnusable(""),
            errors.ProxyLogin(login_given=True),
            errors.ProxyLogin(login_given=False),
        )
    ),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_message_stands_in_the_table(sentence: str) -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    beginnings = [row.partition(" …")[0].removesuffix(",") for row in rows]
    assert [one for one in beginnings if sentence.startswith(one)]
