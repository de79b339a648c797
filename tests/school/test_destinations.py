"""LAs' entries: what is taken, what is refused, and that passwords show themselves to nobody."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.school.conftest import Drop, Export
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.exchange.administration.destinations import (
    DestinationRefused,
    add_destination,
    remove_destination,
    save_destination,
)
from schoolgate.school.exchange.models import Destination
from schoolgate.wire.exchange_errors import WrongCredentials


def add(**details: Any) -> Destination:
    values = {"la": "820", "address": "https://la.example", "user": "8204321", "password": "weak", **details}
    return add_destination(**values)


def test_a_name_left_out_is_taken_from_the_list(root: Path) -> None:
    assert add(la="823").name == "Central Bedfordshire"


@pytest.mark.parametrize("la", ["820", "942", "950"])
def test_withdrawn_new_and_unlisted_numbers_are_taken(root: Path, la: str) -> None:
    assert add(la=la).la == la


def test_a_samples_number_is_taken_in_a_demonstration_only(root: Path, settings: Any) -> None:
    settings.SCHOOLGATE_DEMO = False
    with pytest.raises(DestinationRefused, match="samples"):
        add(la="999")
    settings.SCHOOLGATE_DEMO = True
    assert add(la="999").la == "999"


@pytest.mark.parametrize("la", ["82", "8200", "82a", "²²²", ""])
def test_a_number_that_is_not_three_digits_is_refused(root: Path, la: str) -> None:
    with pytest.raises(DestinationRefused, match=r"three digits|blank"):
        add(la=la)


def test_an_la_has_one_entry(root: Path) -> None:
    add()
    with pytest.raises(DestinationRefused, match="already"):
        add()


@pytest.mark.parametrize(
    "address",
    [
        *("http://la.example", "la.example", "https://", "https://169.254.169.254", "https://[::"),
        *("https://la.example:99999", "https://la.example:0", "https://l a.example", f"https://{'a' * 64}.example"),
        *("https://la.example/?a=b", "https://la.example/#c"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused(root: Path, address: str) -> None:
    with pytest.raises(DestinationRefused):
        add(address=address)


def test_no_password_stands_in_an_address_that_journal_and_pages_show(root: Path) -> None:
    with pytest.raises(DestinationRefused, match="fields of their own"):
        add(address="https://8204321:secret@la.example")


@pytest.mark.parametrize(
    "address", ["https://la.example:8443/one", "https://bücher.example", "https://[::1]:8443", "http://localhost:1"]
)
def test_an_address_that_may_be_called_is_taken(root: Path, address: str) -> None:
    assert add(address=address).address == address


def test_the_strength_of_a_password_that_an_la_issued_is_not_judged(root: Path) -> None:
    assert add(password="1").password == "1"


def test_the_password_is_sealed_in_the_database(root: Path) -> None:
    add(password="Green-Abbey-2026!")
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM school_exchange_destination")
        assert "Green" not in cursor.fetchone()[0]


def test_adding_and_removing_stand_in_the_audit_without_the_password(root: Path, administrator: User) -> None:
    remove_destination(add(password="Green-Abbey-2026!", by=administrator), by=administrator)
    entries = AuditEntry.objects.filter(target="820")
    assert {entry.did for entry in entries} == {"LA added", "LA removed"}
    assert not any("Green" in entry.details for entry in entries)


def test_a_changed_entry_is_in_trouble_no_more(export: Export, drop: Drop, la: ScriptedLa) -> None:
    la.password = "another"
    drop()
    export()
    destination = Destination.objects.get()
    assert destination.trouble == WrongCredentials().code
    save_destination(destination, by=None)
    assert Destination.objects.get().trouble == ""
