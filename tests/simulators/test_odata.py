"""The query options of SIMS Primary: whatever is asked is understood, or refused with a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.simulators.odata import BadQuery, Fields, Term, fits, read_moment, read_options

FIELDS: Fields = {
    "Key": "guid",
    "Name": "str",
    "Count": "int",
    "Seen": "bool",
    "Start": "dt",
    "Group": "ref",
    "Few": "list",
}
KEY = "11111111-1111-4111-8111-111111111111"

LITERALS = {
    "Name": st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20),
    "Count": st.integers(0, 999),
    "Seen": st.booleans(),
    "Start": st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001  # made one of UTC here
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
}


def text_of(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


def terms_of(text: str, *, ranges: bool = True) -> tuple[Term, ...]:
    return read_options((("$filter", text),), FIELDS, ranges=ranges, select=True).terms


@st.composite
def comparisons(draw: st.DrawFn) -> Term:
    name = draw(st.sampled_from(sorted(LITERALS)))
    operators = ["eq", "ne"] + (["ge", "le"] if name in {"Count", "Start"} else [])
    return Term((name,), draw(st.sampled_from(operators)), draw(LITERALS[name]))


@given(st.lists(comparisons(), min_size=1, max_size=4))
def test_comparisons_joined_by_and_are_read_as_they_were_meant(terms: list[Term]) -> None:
    text = " and ".join(f"{one.path[0]} {one.operator} {text_of(one.value)}" for one in terms)
    assert terms_of(text) == tuple(terms)


@given(st.text(max_size=60) | st.from_regex(r"(Name|Start|Group/ExternalID) (eq|gt|ge) .{0,20}", fullmatch=True))
def test_whatever_stands_in_a_filter_is_understood_or_refused(text: str) -> None:
    try:
        terms = terms_of(text)
    except BadQuery:
        return
    assert all(term.path[0] in FIELDS for term in terms)


def test_a_row_fits_when_every_comparison_holds() -> None:
    row = {"Key": KEY, "Name": "O'Neil", "Count": 3, "Start": "2026-09-01T08:00:00Z", "Group": {"ExternalID": KEY}}
    fit = [
        f"Key eq {KEY.upper()}",
        "Name eq 'O''Neil' and Count ge 3 and Count le 3",
        "Start ge 2026-09-01T08:00:00Z and Start le 2026-09-01T08:00:00.0Z",
        f"Group/ExternalID eq {KEY} and Seen eq null",
        "Group/ExternalID ne null",
    ]
    unfit = [
        "Name eq 'O''Neil' and Count ge 4",
        "Start ne 2026-09-01T08:00:00Z",
        "Group/ExternalID eq null",
        "Seen eq true",
    ]
    assert [text for text in fit if not fits(row, terms_of(text))] == []
    assert [text for text in unfit if fits(row, terms_of(text))] == []
    assert not fits({**row, "Group": None, "Start": None}, terms_of("Start ge 2026-09-01T08:00:00Z"))


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01",
        "2026-09-01T08:00:00",
        "2026-13-01T08:00:00Z",
        "2026-09-01T08:00:00+01:00",
        "'2026-09-01T08:00:00Z'",
    ],
)
def test_a_moment_is_a_date_that_there_is_with_its_time_in_utc(text: str) -> None:
    with pytest.raises(BadQuery):
        read_moment(text)


@pytest.mark.parametrize(
    "query",
    [
        (("$top", "1"), ("$top", "2")),
        (("$skip", "1.5"),),
        (("$filter", "Few eq 'a'"),),
        (("$filter", "Name/Length eq 3"),),
        (("$filter", "Name ge 'A'"),),
        (("$filter", "Name eq 'A' and"),),
    ],
)
def test_what_is_said_twice_or_of_another_kind_is_refused(query: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadQuery):
        read_options(query, FIELDS, ranges=True, select=True)


def test_ranges_are_refused_where_they_are_not_supported() -> None:
    with pytest.raises(BadQuery):
        terms_of("Count ge 3", ranges=False)
