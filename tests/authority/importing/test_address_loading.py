"""A list of addresses is in use whole, or not at all."""

import re

import pytest
from django.db import connection
from tests.authority.importing.address_lists import a_list, give, many

from schoolgate.authority.importing.addresses import loading
from schoolgate.authority.importing.addresses.listed import lookup
from schoolgate.authority.importing.addresses.load_job import answer_and_go_on, load_list
from schoolgate.authority.importing.addresses.loading import address_files, carry_out
from schoolgate.authority.importing.models import AddressListLoad, ListedAddress
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.running import RunningJob
from schoolgate.commons.journal.models import JournalLine

pytestmark = pytest.mark.django_db

State = AddressListLoad.State


def test_a_list_is_in_use_once_it_is_loaded_and_its_file_is_gone(administrator: User) -> None:
    load = give(
        a_list("1,,14,,High Street,AB1 2CD", "2,,15,,High Street,AB1 2CD", "no,,16,,High Street,AB1 2CD"),
        by=administrator,
    )
    assert (load.state, load.lines, load.records, load.refused) == (State.IN_USE, 3, 2, 1)
    assert load.problems == [{"line": 4, "code": "no-uprn"}]
    assert not address_files().has(load.source_key)
    entry = AuditEntry.objects.get(did="address list loaded")
    assert (entry.user, entry.details) == (administrator, "2 addresses, 1 lines left out")
    assert JournalLine.objects.latest("pk").message == "Address list in use: 2 addresses, 1 lines left out."


def test_a_list_takes_the_place_of_the_one_before_whose_addresses_go() -> None:
    before, after = give(many(3)), give(many(4))
    before.refresh_from_db()
    assert (before.state, after.state) == (State.REPLACED, State.IN_USE)
    assert set(ListedAddress.objects.values_list("load_id", flat=True)) == {after.pk}


def test_the_list_before_counts_until_the_new_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    before = give(many(3))
    monkeypatch.setattr(loading, "AT_ONCE", 2)
    seen = []
    load = load_list([many(4)], "new.csv", by=None)
    carry_out(load, lambda lines: seen.append((lines, AddressListLoad.objects.in_use().get())))
    assert seen == [(2, before), (4, before)]
    assert AddressListLoad.objects.in_use().get() == load


def test_a_load_that_died_on_the_way_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(Exception):
        pass

    def die(lines: int) -> None:
        raise Killed

    monkeypatch.setattr(loading, "AT_ONCE", 2)
    load = load_list([many(5)], "new.csv", by=None)
    with pytest.raises(Killed):
        carry_out(load, die)
    assert ListedAddress.objects.count() == 2
    work_off()
    load.refresh_from_db()
    assert (load.state, load.records, ListedAddress.objects.count()) == (State.IN_USE, 5, 5)


def test_a_list_that_lost_two_fifths_waits_for_a_person_and_the_one_before_counts(administrator: User) -> None:
    before, short = give(many(10)), give(many(5))
    assert short.state == State.ASKS
    assert short.why_not == "It has 5 addresses; the list in use has 10."
    assert AddressListLoad.objects.in_use().get() == before
    assert JournalLine.objects.latest("pk").level == "WARN"
    assert answer_and_go_on(short, take=True, by=administrator)
    work_off()
    assert AddressListLoad.objects.in_use().get() == short
    assert AuditEntry.objects.filter(did="shorter address list accepted", user=administrator).exists()


def test_a_list_of_just_three_fifths_does_not_wait() -> None:
    give(many(10))
    assert give(many(6)).state == State.IN_USE


def test_a_list_of_which_most_lines_cannot_be_used_waits_too() -> None:
    load = give(a_list("1,,14,,High Street,AB1 2CD", "no,,1,,,AB1 2CD", "no,,2,,,AB1 2CD"))
    assert (load.state, load.why_not) == (State.ASKS, "Of its 3 lines 2 cannot be used.")


def test_a_discarded_list_leaves_nothing(administrator: User) -> None:
    give(many(10))
    short = give(many(5))
    answer_and_go_on(short, take=False, by=administrator)
    work_off()
    assert not ListedAddress.objects.filter(load=short).exists()
    assert not address_files().has(short.source_key)


def test_two_people_do_not_answer_for_one_list(administrator: User, officer: User) -> None:
    give(many(10))
    short = give(many(5))
    seen_by_another = AddressListLoad.objects.get(pk=short.pk)
    assert answer_and_go_on(short, take=False, by=administrator)
    assert not answer_and_go_on(seen_by_another, take=True, by=officer)
    work_off()
    assert AddressListLoad.objects.get(pk=short.pk).state == State.DISCARDED


@pytest.mark.parametrize("content", [b"not,a,list\n", a_list(), a_list("no,,1,,,AB1 2CD")])
def test_a_file_that_is_no_list_is_refused_with_its_reason_and_changes_nothing(content: bytes) -> None:
    before = give(many(3))
    load = give(content)
    assert load.state == State.REFUSED
    assert load.why_not
    assert AddressListLoad.objects.in_use().get() == before
    assert ListedAddress.objects.exclude(load=before).count() == 0
    assert JournalLine.objects.latest("pk").level == "ERROR"


def test_a_load_that_somebody_stops_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = give(many(3))
    monkeypatch.setattr(RunningJob, "cancel_asked", lambda _: True)
    load = give(many(4))
    assert load.state == State.DISCARDED
    assert set(ListedAddress.objects.values_list("load_id", flat=True)) == {before.pk}


def test_a_portion_is_looked_up_by_indexes_alone() -> None:
    """What is planned for a long list: of three rows PostgreSQL would read all."""
    give(many(3))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE authority_importing_listedaddress")
    plan = lookup([1], ["AB12CD||1"], ["AB12CD||ROSECOTTAGE"]).explain()
    for column in ("uprn", "by_number", "by_name"):
        # SQLite says the index's own conditions, PostgreSQL by another name.
        assert re.search(rf"load_id=\? AND {column}=|Index Cond: .*\b{column}\)?(?:::text)? = ", plan), plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan
