"""A search finds a pupil by whatever somebody knows of it, and uses an index for it."""

from collections.abc import Iterable
from datetime import date

import pytest
from django.db import connection
from tests.authority.records.holding import a_change, hold

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.searching import Wanted, find_pupils, understand
from schoolgate.commons.accounts.models import User


@pytest.fixture
def daniel(green_abbey: Base) -> Pupil:
    return hold(
        green_abbey,
        Surname="Okafor-Łoś",
        BasicDetails={"PreferredForename": "Dan", "FormerSurname": "O'Neill", "FormerUPN": "C82043212400A"},
        Address={"PostCode": "MK41 9PQ"},
    )


@pytest.fixture
def others(green_abbey: Base) -> list[Pupil]:
    """Each has something of Daniel, and not all."""
    return [
        hold(green_abbey, Surname="Okafor", Forename="Ada", DOB="2013-02-15", UPN="F820432124002"),
        hold(green_abbey, Surname="Smith", DOB="2014-02-14", UPN="T820432117003", Address={"PostCode": "MK42 9PQ"}),
    ]


def names(pupils: Iterable[Pupil]) -> list[str]:
    return [str(pupil) for pupil in pupils]


@pytest.mark.parametrize(
    "text",
    [
        "okafor-łoś",
        "OKAFORLOS dan",
        "los",
        "oneill",
        "O’Neill, Daniel",
        "dan oka mk41",
        "R820432124001",
        "r8204321240",
        "C82043212400A",
        "mk41 9pq",
        "MK419PQ",
        "MK41 9",
        "dan 14/02/2013",
        "14.2.13 okafor",
        "2013-02-14 los",
        "daniel born 14 Feb 2013".replace("born ", ""),
        "14 february 2013 mk41",
        "  okafor   los  ",
    ],
)
def test_a_pupil_is_found_by_parts_in_any_order_and_spelling(
    text: str, officer: User, daniel: Pupil, others: list[Pupil]
) -> None:
    assert names(find_pupils(officer, text)) == ["Daniel Okafor-Łoś"]


@pytest.mark.parametrize(
    "text",
    ["okafor smith", "dan 15/02/2013", "R820432124009", "mk43", "afor", "kafor", "31/02/2013", "82043212400", "14/02"],
)
def test_all_parts_must_fit_from_their_beginning(text: str, officer: User, daniel: Pupil, others: list[Pupil]) -> None:
    assert names(find_pupils(officer, text)) == []


@pytest.mark.parametrize("text", ["", "  ", " - ", "’"])
def test_an_empty_search_finds_nobody(text: str, officer: User, daniel: Pupil) -> None:
    assert names(find_pupils(officer, text)) == []


def test_pupils_stand_in_the_order_of_their_names(officer: User, daniel: Pupil, others: list[Pupil]) -> None:
    assert names(find_pupils(officer, "oka")) == ["Ada Okafor", "Daniel Okafor-Łoś"]
    assert names(find_pupils(officer, "daniel")) == ["Daniel Okafor-Łoś", "Daniel Smith"]


def test_a_school_finds_nobody(green_abbey: Base, daniel: Pupil) -> None:
    assert names(find_pupils(green_abbey.account, "okafor")) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Anne-Marie Smith", Wanted(names=frozenset({"anne", "marie", "smith"}))),
        ("1/9/2012", Wanted(born=frozenset({date(2012, 9, 1)}))),
        ("SW1A 1AA", Wanted(postcodes=frozenset({"sw1a1aa"}))),
        ("BFPO 57", Wanted(postcodes=frozenset({"bfpo57"}))),
        ("B31", Wanted(postcodes=frozenset({"b31"}))),
        ("B3101", Wanted(upns=frozenset({"b3101"}))),
        ("32/13/2012", Wanted(names=frozenset({"32132012"}))),
    ],
)
def test_a_search_is_understood(text: str, wanted: Wanted) -> None:
    assert understand(text) == wanted


def fill(base: Base, number: int) -> None:
    """Write ``number`` pupils with four keys each, by the database alone."""
    change = a_change(base)
    if connection.vendor == "postgresql":
        numbers, born = f"generate_series(1, {number}) AS n(n)", "DATE '2008-01-01' + (n %% 4000)::int"
        letters = "translate(md5(n::text), '0123456789', 'ghijklmnop')"
    else:
        numbers = (
            f"(WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {number}) SELECT n FROM n)"
        )
        born = "date('2008-01-01', '+' || (n %% 4000) || ' days')"
        letters = "lower(hex(n * 7919 %% 100003)) || n"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO authority_records_pupil (kind, surname, forename, middle_names, preferred_surname,"
            " preferred_forename, former_surname, born, sex, upn, former_upn, surname_key, forename_key, active,"
            f" created_by_id) SELECT 'pupil', {letters}, {letters}, '', '', '', '', {born}, 'M', '', '', {letters},"
            f" {letters}, %s, %s FROM {numbers}",
            [True, change.pk],
        )
        for kind, text in ((1, "surname_key"), (1, "'f' || surname_key"), (2, "'r820' || id"), (3, "'mk' || id")):
            cursor.execute(
                f"INSERT INTO authority_records_pupilkey (pupil_id, kind, text) SELECT id, {kind}, {text}"
                " FROM authority_records_pupil"
            )
        cursor.execute("ANALYZE")


def whole_table(line: str) -> bool:
    """Whether a line of a plan reads a table from end to end, in either database's words.

    The few rows of restrictions are: that is what PostgreSQL does with a table of one page.
    """
    step = line.partition("->")[2].strip() if connection.vendor == "postgresql" else line.lstrip(" 0123456789")
    return Restriction._meta.db_table not in step and step.startswith(("SCAN", "Seq Scan", "Parallel Seq Scan"))


def test_every_kind_of_search_uses_its_index_among_a_hundred_thousand(green_abbey: Base, officer: User) -> None:
    fill(green_abbey, 100_000)
    postgresql = connection.vendor == "postgresql"
    keys = "one_row_a_key_of_a_pupil" if postgresql else "(kind=? AND text>? AND text<?)"
    for text, index in (
        ("3131", keys),
        ("oka daniel", keys),
        ("r82043212", keys),
        ("mk4321 9pq", keys),
        ("mk41 9pq", keys),
        ("14/02/2013", "authority_records_pupil_born"),
        ("oka 14/02/2013", keys),
    ):
        plan = find_pupils(officer, text)[:51].explain()
        assert index in plan, plan
        assert not any(map(whole_table, plan.splitlines())), plan
