"""The page on orders by e-mail has the rules as they are in the code, and every refusal of a file."""

import re
from pathlib import Path

import pytest

from schoolgate.school.purchasing.mailing import reading
from schoolgate.school.purchasing.mailing.handshake import HANDSHAKE

PAGE = (Path(__file__).parents[2] / "docs" / "school-office" / "by-email.md").read_text("utf-8")


def test_the_table_of_rules_is_that_of_the_code() -> None:
    documented = [line for line in PAGE.splitlines() if re.match(r"\| `[a-z-]+` \|", line)]
    assert documented == [
        f"| `{rule.code}` | {rule.row} | {rule.demands} | {rule.basis} | {rule.next} |" for rule in HANDSHAKE
    ]


@pytest.mark.parametrize(
    "said",
    [
        *(reading.ENCRYPTED, reading.SIGNED, reading.INVOICE, reading.NO_ORDER, reading.NEITHER),
        *(reading.TOO_LARGE, reading.TOO_LONG, reading.TOO_MANY),
        *(said for _, said in reading.OTHERWISE),
    ],
)
def test_every_refusal_of_a_file_is_there_as_it_is_said(said: str) -> None:
    begins = re.split(r"[.,:(]| and ", said.replace("’", "'"))[0].strip()
    assert f"{begins} " in PAGE
