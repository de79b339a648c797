"""The pace, waiting, and tokens of connectors on this site."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from tests.authority.collection.listed import Listed

from schoolgate.authority.collection.models import PaceTurn
from schoolgate.authority.collection.tools import DatabasePace, NotNow, TokensInMemory, tools_for
from schoolgate.wire.mis.connector import Token


@pytest.mark.django_db
def test_calls_of_one_key_take_turns_and_those_of_another_do_not_wait_for_them() -> None:
    waits: list[float] = []
    one, other = DatabasePace(waits.append), DatabasePace(waits.append)

    one.take("key", 0.1)
    other.take("key", 0.1)
    one.take("key", 0.1)
    assert [round(wait) for wait in waits] == [10, 20]
    other.take("another key", 0.1)
    assert len(waits) == 2


@pytest.mark.django_db
def test_what_the_vendor_asks_for_holds_the_calls_of_all_workers() -> None:
    waits: list[float] = []
    one, other = DatabasePace(waits.append), DatabasePace(waits.append)

    one.hold("key", 30)
    one.hold("key", 5)
    other.take("key", 4)
    assert [round(wait) for wait in waits] == [30]


@pytest.mark.django_db
def test_who_cannot_wait_so_long_takes_no_turn_from_those_who_come_back() -> None:
    waits: list[float] = []
    pace = DatabasePace(waits.append)
    pace.hold("key", 90)
    for _ in range(40):
        with pytest.raises(NotNow) as caught:
            pace.take("key", 0.1)
    assert 80 < caught.value.seconds <= 90


@pytest.mark.django_db
def test_a_turn_is_one_transaction_of_few_statements(django_assert_max_num_queries: object) -> None:
    DatabasePace(lambda _: None).take("key", 4)
    with connection.execute_wrapper(_Counting()) as _:
        DatabasePace(lambda _: None).take("key", 4)
    assert PaceTurn.objects.count() == 1
    assert _Counting.number == 2


class _Counting:
    number = 0

    def __call__(self, execute: object, sql: str, params: object, many: object, context: object) -> object:
        if sql.startswith(("UPDATE", "SELECT", "INSERT")):
            _Counting.number += 1
        return execute(sql, params, many, context)  # type: ignore[operator]


@pytest.mark.django_db
def test_a_long_wait_gives_the_worker_back() -> None:
    with pytest.raises(NotNow) as caught:
        tools_for(None).sleep(240)
    assert caught.value.seconds == 240


def test_a_token_is_kept_while_it_lasts() -> None:
    tokens = TokensInMemory()
    tokens.put("key", Token("opaque", timezone.now() + timedelta(minutes=5)))
    assert tokens.get("key") is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert tokens.get("key") is None
    tokens.drop("key")
    tokens.drop("key")
    assert tokens.get("key") is None


def test_a_token_does_not_show_itself() -> None:
    assert "opaque" not in repr(Token("opaque", timezone.now()))
    assert Listed.name == "listed"
