"""Passwords of web services, changed at the supplier's real service: never lost, and nobody locked out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.school.dying import DieAt, Killed
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.real_supplier import RealSupplier, serve_supplier
from tests.school.purchasing.shops import entry_of, serve_shop
from tests.wire.conftest import RawRequest, answer
from tests.wire.soap.goldens import PASSWORD as SHOP_PASSWORD
from tests.wire.soap.shop import Shop

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.kinds import KINDS, Permanent
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.purchasing import connection_test, passwords
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import WebService
from schoolgate.school.purchasing.passwords import AskAgain, ask_again, change_password, what_may_be
from schoolgate.school.purchasing.services import save_service
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.errors import ServiceFailed, Unreachable, WrongCredentials

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

POINTS = ["passwords.asked", "passwords.answered", "passwords.kept"]


@pytest.fixture
def supplier_site() -> Iterator[RealSupplier]:
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as site:
        yield site


@pytest.fixture
def riverside(supplier_site: RealSupplier) -> WebService:
    return supplier_site.entry()


@pytest.fixture
def shop() -> Shop:
    """A service that forgets the old password at once."""
    return Shop()


@pytest.fixture
def shops_entry(shop: Shop) -> Iterator[WebService]:
    with serve_shop(shop) as url:
        yield entry_of(url, password_set_at=timezone.now())


def is_let_in(service: WebService) -> bool:
    return connection_test.test(service).error is None


def as_it_is(_: RawRequest, right: bytes) -> bytes:
    return right


def lost_answer_to_a_change(request: RawRequest, right: bytes) -> bytes:
    return b"" if b"<ChangePassword" in request.body else right


def test_the_services_new_password_is_used_from_then_on(riverside: WebService) -> None:
    old = str(riverside.password)
    change_password(riverside, by=None)
    assert is_let_in(riverside)
    riverside.refresh_from_db()
    assert riverside.password != old
    assert not riverside.former_password
    assert riverside.password_asked_at is None
    assert riverside.password_set_at is not None


def test_the_old_password_is_kept_until_the_new_one_was_used(shops_entry: WebService) -> None:
    change_password(shops_entry, by=None)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.former_password) == ("Copper-Meadow-17", SHOP_PASSWORD)
    assert is_let_in(shops_entry)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.former_password) == ("Copper-Meadow-17", "")


def test_a_service_that_knows_only_the_one_before_is_called_with_that(shop: Shop, shops_entry: WebService) -> None:
    change_password(shops_entry, by=None)
    # It was restored from a backup of before.
    shop.password = SHOP_PASSWORD
    assert is_let_in(shops_entry)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.former_password) == (SHOP_PASSWORD, "")
    assert shops_entry.password_set_at is None


def test_a_call_that_was_let_in_by_the_old_one_does_not_bring_it_back(shops_entry: WebService) -> None:
    """It began before the change, and ends after it."""

    def do(client: SupplierService) -> int:
        found = client.fetch_index()
        WebService.objects.update(password="Copper-Meadow-17", former_password=SHOP_PASSWORD)
        return len(found)

    WebService.objects.update(former_password="something")
    call(shops_entry, do)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.former_password) == ("Copper-Meadow-17", SHOP_PASSWORD)


def test_a_call_that_meets_a_change_goes_on_with_the_new_password(shop: Shop, shops_entry: WebService) -> None:
    asked: list[str] = []

    def do(client: SupplierService) -> int:
        if not asked:
            shop.password = "Copper-Meadow-17"
            WebService.objects.update(password="Copper-Meadow-17")
        asked.append("")
        return len(client.fetch_index())

    assert call(shops_entry, do) == 2
    assert len(asked) == 2


def test_without_any_right_password_both_are_tried_once(shop: Shop, shops_entry: WebService) -> None:
    WebService.objects.update(former_password="another")
    shop.password = "changed at the web site"
    asked: list[str] = []

    def do(client: SupplierService) -> int:
        asked.append("")
        return len(client.fetch_index())

    with pytest.raises(WrongCredentials):
        call(shops_entry, do)
    assert len(asked) == 2


@pytest.mark.parametrize("point", POINTS)
def test_nobody_is_locked_out_though_the_process_dies_at(riverside: WebService, die_at: DieAt, point: str) -> None:
    die_at(passwords, point)
    with pytest.raises(Killed):
        change_password(riverside, by=None)
    assert is_let_in(riverside)
    KINDS[AskAgain.name].run(running_of(Job.objects.get()))
    riverside.refresh_from_db()
    assert riverside.password_asked_at is None
    assert is_let_in(riverside)


def test_after_a_lost_answer_the_service_is_asked_once_more(shop: Shop, shops_entry: WebService) -> None:
    shop.change = lost_answer_to_a_change
    with pytest.raises(Unreachable) as lost:
        change_password(shops_entry, by=None)
    assert lost.value.may_have_arrived
    job = Job.objects.get()
    assert job.run_at > timezone.now()
    # This one had not changed anything yet.
    shop.password = SHOP_PASSWORD
    shop.change = as_it_is
    assert ask_again(shops_entry)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.password_asked_at) == ("Copper-Meadow-17", None)
    assert not ask_again(shops_entry)


def test_a_password_that_nobody_knows_is_told_with_what_to_do(shop: Shop, shops_entry: WebService) -> None:
    shop.change = lost_answer_to_a_change
    with pytest.raises(Unreachable):
        change_password(shops_entry, by=None)
    shop.change = as_it_is
    with pytest.raises(Permanent, match="has one that nobody knows: have it set anew"):
        KINDS[AskAgain.name].run(running_of(Job.objects.get()))
    shops_entry.refresh_from_db()
    assert shops_entry.password == SHOP_PASSWORD
    assert what_may_be(shops_entry)
    save_service(shops_entry, {}, password="Copper-Meadow-17", by=None)
    shops_entry.refresh_from_db()
    assert not what_may_be(shops_entry)
    assert is_let_in(shops_entry)


def test_a_refused_login_leaves_everything_as_it_was(shop: Shop, shops_entry: WebService) -> None:
    shop.password = "another"
    with pytest.raises(WrongCredentials):
        change_password(shops_entry, by=None)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.password_asked_at) == (SHOP_PASSWORD, None)


def test_a_refused_login_does_not_forget_that_an_earlier_answer_is_missing(shop: Shop, shops_entry: WebService) -> None:
    earlier = timezone.now() - timedelta(hours=1)
    WebService.objects.update(password_asked_at=earlier)
    shop.password = "another"
    with pytest.raises(WrongCredentials):
        change_password(shops_entry, by=None)
    shops_entry.refresh_from_db()
    assert shops_entry.password_asked_at == earlier


def test_what_a_person_types_is_the_latest_word(shops_entry: WebService) -> None:
    change_password(shops_entry, by=None)
    shops_entry.refresh_from_db()
    save_service(shops_entry, {}, password="Copper-Meadow-17", by=None)
    shops_entry.refresh_from_db()
    assert (shops_entry.password, shops_entry.former_password) == ("Copper-Meadow-17", "")


def test_no_password_stands_in_audit_or_journal(riverside: WebService) -> None:
    old = str(riverside.password)
    change_password(riverside, by=None)
    riverside.refresh_from_db()
    told = [f"{one.did} {one.target} {one.details}" for one in AuditEntry.objects.all()]
    told += [f"{one.message} {one.details}" for one in JournalLine.objects.all()]
    assert "new password asked for Riverside " in told
    assert "web service's password changed Riverside " in told
    assert not [line for line in told if old in line or riverside.password in line]


def test_a_service_that_does_not_change_passwords_is_told_so(shop: Shop, shops_entry: WebService) -> None:
    fault = "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Not supported</faultstring></soap:Fault>"
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f"{fault}</soap:Body></soap:Envelope>"
    )
    shop.change = lambda *_: answer(500, body, media="text/xml; charset=utf-8")
    with pytest.raises(ServiceFailed) as failed:
        change_password(shops_entry, by=None)
    assert failed.value.said == "Not supported"


def running_of(job: Job) -> Any:
    """A job as a worker has it."""

    class Running:
        args = job.args

    return Running()
