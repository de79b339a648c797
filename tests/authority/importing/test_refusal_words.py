"""Each code by which a value or a pupil is not taken has its words."""

import re
from pathlib import Path

import pytest

from schoolgate.authority.importing.reading import MET_BEFORE
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.refusal_words import OF_PUPILS, OF_VALUES, in_short, words_of
from schoolgate.documents.staff import values as staff_values
from schoolgate.documents.students import values


def test_every_value_that_is_left_out_says_why_and_what_to_do() -> None:
    source = Path(values.__file__).read_text("utf-8") + Path(staff_values.__file__).read_text("utf-8")
    codes = set(re.findall(r'(?:Finding\(|^        \()\s*"([a-z]+(?:-[a-z]+)+)"', source, re.MULTILINE)) - MET_BEFORE
    assert {"bad-upn", "code-not-of-year", "birth-in-future", "bad-ni-number"} <= codes
    assert codes <= OF_VALUES.keys()


@pytest.mark.parametrize("code", list(WhyNot))
def test_every_pupil_who_is_not_taken_says_why_and_what_to_do(code: WhyNot) -> None:
    assert OF_PUPILS[code].why
    assert OF_PUPILS[code].step


@pytest.mark.parametrize("code", list(WhyNot))
def test_why_a_pupil_is_not_taken_fits_in_a_column(code: WhyNot) -> None:
    assert len(in_short(code)) <= len("Twice in the file")


def test_a_code_of_another_version_stands_for_itself() -> None:
    assert words_of("never-heard-of").why == "Never heard of."
