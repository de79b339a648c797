"""How times, sizes, states and numbers look."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.commons.web.charts import Bar, Group, Mark, Stack, bars, pillars, progress, stacks, strip
from schoolgate.commons.web.templatetags.web import (
    clock_time,
    london,
    london_seconds,
    money,
    quantity,
    school_number,
    sign,
    size,
    state,
    state_colour,
)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 19, 18, 30, tzinfo=UTC), "Thu 19 Nov 18:30"),
        (datetime(2026, 7, 1, 18, 30, tzinfo=UTC), "Wed 1 Jul 19:30"),
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), "Wed 31 Dec 2025 23:59"),
    ],
)
def test_times_are_londons_and_name_another_year(moment: datetime, text: str) -> None:
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC)):
        assert f">{text}</time>" in london(moment)


def test_the_hour_that_comes_twice_is_told_apart_for_machines() -> None:
    first = london(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    second = london(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert "01:30</time>" in first
    assert "01:30</time>" in second
    assert "+01:00" in first
    assert "+00:00" in second


def test_a_time_that_is_not_known_is_nothing() -> None:
    assert london(None) == london_seconds(None) == ""


def test_seconds_where_they_matter() -> None:
    assert "Thu 19 Nov 2026 18:30:05" in london_seconds(datetime(2026, 11, 19, 18, 30, 5, tzinfo=UTC))


def test_who_waits_until_the_time_told_has_waited_long_enough() -> None:
    assert clock_time(datetime(2026, 11, 19, 15, 39, 1, tzinfo=UTC)) == "15:40"
    assert clock_time(datetime(2026, 11, 19, 15, 40, 0, tzinfo=UTC)) == "15:40"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (99_960, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_as_people_say_them(number: int, text: str) -> None:
    assert size(number) == text


@given(st.integers(0, 10**15))
def test_a_size_never_needs_more_than_three_digits(number: int) -> None:
    assert re.fullmatch(r"\d{1,3} bytes?|\d\.\d [kMGT]B|\d{2,3} [kMGT]B|1000 TB", size(number))


@pytest.mark.parametrize(
    ("word", "colour"),
    [
        ("delivered", "good"),
        ("Completed", "good"),
        ("sending", "busy"),
        ("retrying", "warning"),
        ("WARN", "warning"),
        ("needs attention", "bad"),
        ("held back", "bad"),
        ("Successful", "good"),
        ("Asked of the school", "busy"),
        ("cancelled", "quiet"),
        ("something new", "quiet"),
    ],
)
def test_a_state_has_the_colour_of_its_family(word: str, colour: str) -> None:
    assert state_colour(word) == colour
    assert f"tag-{colour}" in state(word)


def test_a_state_is_told_in_words_and_escaped() -> None:
    assert ">Needs attention<" in state("needs attention")
    assert ">WARN<" in state("WARN")
    assert "<script>" not in state("<script>")
    assert state("") == ""


def test_a_school_number_is_read_in_two_parts_and_copied_as_one() -> None:
    assert re.sub("<[^>]+>", "", school_number("8204321")) == "8204321"
    assert "<span>820</span><span>4321</span>" in school_number("8204321")
    assert re.sub("<[^>]+>", "", school_number("12")) == "12"


class TestCharts:
    """Pictures say the same in words."""

    def test_bars_stand_in_a_table_with_their_numbers(self) -> None:
        drawn = bars("Pupils", [Bar("Same", 200), Bar("Changed", 50, "sending"), Bar("Left <out>", 0)], unit="pupils")
        assert re.findall(r'width="([\d.]+)%" height="20" rx', drawn) == ["100.0", "25.0", "0.0"]
        assert re.findall(r'<th scope="row">([^<]+)</th>', drawn) == ["Same", "Changed", "Left &lt;out&gt;"]
        assert "Changed: 50 pupils" in drawn

    def test_bars_of_nothing_are_no_error(self) -> None:
        assert "<rect" not in bars("Pupils", [])
        assert 'width="0.0%"' in bars("Pupils", [Bar("None", 0)])

    def test_a_strip_has_a_sign_and_a_row_for_each_field(self) -> None:
        drawn = strip("Weeks", [Mark("16 Nov", "delivered", "210 pupils"), Mark("23 Nov", "not received")])
        assert re.findall(r'class="chart-(good|bad)"', drawn) == ["good", "bad"]
        assert "✓" in drawn
        assert "✗" in drawn
        assert "<desc>16 Nov: delivered. 23 Nov: not received. </desc>" in drawn
        assert "210 pupils</td>" in drawn

    @pytest.mark.parametrize(
        ("done", "total", "said"), [(1, 3, "33 %"), (3, 3, "100 %"), (4, 3, "100 %"), (0, 3, "0 %")]
    )
    def test_progress_tells_its_percent(self, done: int, total: int, said: str) -> None:
        assert f"Import: {said}" in progress("Import", done, total)

    def test_progress_without_a_known_end_tells_the_count_alone(self) -> None:
        drawn = progress("Import", 1234, 0)
        assert "1,234" in drawn
        assert "%" not in drawn

    def test_every_sign_differs(self) -> None:
        assert len({sign(word) for word in ("done", "sending", "waiting", "failed", "cancelled")}) == 5


def test_a_form_that_says_nothing_better_says_what_to_do_with_an_empty_field() -> None:
    class Plain(forms.Form):
        name = forms.CharField()
        file = forms.FileField()
        role = forms.ChoiceField(choices=[("a", "A")])

    assert Plain({}).errors == {
        "name": ["Fill this in."],
        "file": ["Choose the file first."],
        "role": ["Choose one of these."],
    }


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.5000", "1,234.50"), ("0.0125", "0.0125"), ("-7", "-7.00"), ("1E+3", "1,000.00"), ("0.1000", "0.10")],
)
def test_money_has_its_pence_and_more_only_where_there_is_more(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_an_amount_that_is_not_known_is_nothing() -> None:
    assert money(None) == ""


def test_pillars_stand_in_the_picture_as_high_as_their_numbers_and_in_the_table_behind_it() -> None:
    drawn = pillars(
        "By day", [Group("2 Nov", (2, 0)), Group("3 Nov", (4, 1))], [("documents", "queued"), ("orders", "done")]
    )
    assert re.findall(r'<rect class="chart-(\w+)"[^>]*height="([\d.]+)"><title>(.*?)</title>', drawn) == [
        ("busy", "60.0", "2 Nov: 2 documents"),
        ("busy", "120.0", "3 Nov: 4 documents"),
        ("good", "30.0", "3 Nov: 1 orders"),
    ]
    assert re.findall(r"<th scope=.row.>(.*?)</th><td.*?>(.*?)</td><td.*?>(.*?)</td>", drawn) == [
        ("2 Nov", "2", "0"),
        ("3 Nov", "4", "1"),
    ]


def test_days_without_anything_are_drawn_as_nothing() -> None:
    assert "<title>2 Nov" not in pillars("By day", [Group("2 Nov", (0,))], [("documents", "queued")])


def test_stacks_lie_end_to_end_within_their_wholes_and_say_their_numbers() -> None:
    rows = [
        Stack("ART", [Decimal(30), Decimal(20)], Decimal(100), "50 of 100", "/art/"),
        Stack("SCI", [Decimal(0), Decimal(200)], Decimal(50), "200 of 50"),
    ]
    drawn = stacks("Budgets", rows, [("spent", "done"), ("over", "failed")], of="Centre", told="Used", rest="left")
    assert re.findall(r'<rect class="chart-track" width="([\d.]+)%"', drawn) == ["50.0", "25.0"]
    assert re.findall(r'chart-(\w+)" x="([\d.]+)%" width="([\d.]+)%"[^>]*><title>(.*?)</title>', drawn) == [
        ("good", "0.0", "15.0", "ART: 30.00 spent"),
        ("bad", "15.0", "10.0", "ART: 20.00 over"),
        ("bad", "0.0", "100.0", "SCI: 200.00 over"),
    ]
    assert re.findall(r'<td class="cell-number">(.*?)</td>', drawn) == ["50 of 100", "200 of 50"]
    assert '<a href="/art/">ART</a>' in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize(("number", "text"), [("10.00", "10"), ("100", "100"), ("17.50", "17.5"), ("0", "0")])
def test_a_quantity_has_no_idle_zeros(number: str, text: str) -> None:
    assert quantity(Decimal(number)) == text
