"""Web services: their addresses and logins, and who sells through them."""

import weakref
from pathlib import Path
from typing import Any

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.line_out import PROXY_NAME, PROXY_USE, TLS_MINIMUM, shared_transport
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused
from schoolgate.school.purchasing.models import Supplier, WebService
from schoolgate.school.purchasing.services import link_suppliers, save_service, service_for, turn_off, turn_on
from schoolgate.sites.configuration import read_configuration
from schoolgate.wire.soap.errors import CaFileUnusable

pytestmark = pytest.mark.django_db

GOOD = {"name": "Riverside", "url": "https://riverside.example/Service.asmx", "username": "green-abbey"}


def saved(password: str = "Quiet-Harbour-58", **values: Any) -> WebService:
    made = WebService()
    save_service(made, {**GOOD, **values}, password=password, by=None)
    made.refresh_from_db()
    return made


def refused(password: str = "Quiet-Harbour-58", **values: Any) -> dict[str, str]:
    with pytest.raises(SetUpRefused) as error:
        saved(password, **values)
    assert not WebService.objects.filter(name="Riverside").exists()
    return error.value.faults


def test_a_service_is_kept_with_its_password_sealed() -> None:
    made = saved()
    assert (made.password, made.soap_version, made.history_method) == ("Quiet-Harbour-58", "1.1", "FetchHistory")
    assert made.password_set_at is not None
    assert not made.safe_to_repeat
    told = " ".join(f"{one.did} {one.details}" for one in AuditEntry.objects.all())
    assert "web service's password entered" in told
    assert "Quiet-Harbour-58" not in told


def test_an_address_that_is_the_wsdls_is_taken_for_the_services() -> None:
    assert saved(url=" https://riverside.example/Service.asmx?WSDL ").url == GOOD["url"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("riverside.example", "must begin with https:// and name a computer"),
        ("http://riverside.example/Service.asmx", "http:// is for this computer only"),
        ("https://169.254.169.254/latest", "not allowed"),
        ("https://[fd00:ec2::254]/latest", "not allowed"),
        ("https://river side.example", "no"),
        ("https://user:secret@riverside.example/", "No user name and password may stand in the address"),
        ("https://riverside.example:0/", "not a web address"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url: str, said: str) -> None:
    assert said in refused(url=url)["url"]


def test_what_is_missing_is_told_at_its_field() -> None:
    faults = refused("", name="", username="", history_method="Fetch History")
    assert set(faults) == {"name", "username", "history_method", "password"}


def test_a_name_is_one_services(service: WebService) -> None:
    assert refused(name="Beacon Supplies")["name"] == "There is a web service of this name already."


def test_a_change_without_a_password_leaves_the_one_that_is_kept() -> None:
    made = saved()
    save_service(made, {"username": "office"}, by=None)
    made.refresh_from_db()
    assert (made.username, made.password) == ("office", "Quiet-Harbour-58")


@pytest.mark.parametrize("change", [{"username": "office"}, {"url": "https://other.example/"}, {"soap_version": "1.2"}])
def test_what_is_called_otherwise_is_tried_anew(service: WebService, change: dict[str, str]) -> None:
    WebService.objects.update(trouble="wrong-credentials", said="No.")
    save_service(service, change, by=None)
    assert WebService.objects.get().trouble == ""


def test_another_name_cures_no_trouble(service: WebService) -> None:
    WebService.objects.update(trouble="wrong-credentials", said="No.")
    save_service(service, {"name": "Beacon"}, by=None)
    assert WebService.objects.get().trouble == "wrong-credentials"


def test_who_changes_what_a_colleague_has_changed_is_told(service: WebService, bursar: User) -> None:
    WebService.objects.update(username="office")
    with pytest.raises(ChangedMeanwhile):
        save_service(service, {"username": "head"}, seen={"username": "green-abbey"}, password="x", by=bursar)
    found = WebService.objects.get()
    assert (found.username, found.password) == ("office", "secret-1")


def test_the_suppliers_of_a_service_are_those_that_were_chosen(service: WebService, supplier: Supplier) -> None:
    hilltop = Supplier.objects.create(name="Hilltop Books")
    Supplier.objects.filter(pk=supplier.pk).update(order_method="print")
    link_suppliers(service, [hilltop], by=None)
    assert list(service.suppliers.all()) == [hilltop]
    details = AuditEntry.objects.filter(did="supplier changed").values_list("target", "details")
    assert set(details) == {
        ("Beacon Supplies", "web service Beacon Supplies → –"),
        ("Hilltop Books", "web service – → Beacon Supplies"),
    }


def test_who_is_ordered_from_through_a_service_is_not_unlinked(service: WebService, supplier: Supplier) -> None:
    with pytest.raises(SetUpRefused, match="Orders to Beacon Supplies go through this service"):
        link_suppliers(service, [], by=None)
    assert list(service.suppliers.all()) == [supplier]


def test_a_service_can_be_turned_off_and_on(service: WebService) -> None:
    turn_off(service, by=None)
    assert WebService.objects.get().turned_off
    turn_on(service, by=None)
    assert not WebService.objects.get().turned_off


def test_calls_go_through_the_proxy_of_the_site() -> None:
    PROXY_NAME.set("proxy.school.example:3128", by=None)
    PROXY_USE.set(True, by=None)
    transport: Any = shared_transport()
    assert transport._proxy.address == "http://proxy.school.example:3128"


def test_one_transport_serves_until_the_line_out_is_set_otherwise() -> None:
    first = shared_transport()
    assert shared_transport() is first
    TLS_MINIMUM.set("1.3", by=None)
    assert shared_transport() is not first


def test_one_that_was_replaced_is_let_go() -> None:
    TLS_MINIMUM.set("1.3", by=None)
    first = weakref.ref(shared_transport())
    TLS_MINIMUM.set("1.2", by=None)
    shared_transport()
    assert first() is None


def test_a_ca_file_that_is_none_is_told(service: WebService, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    chosen = {"extra_ca_file": str(tmp_path / "ca.pem")}
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(tmp_path / "none", {}, chosen)
    with pytest.raises(CaFileUnusable):
        service_for(service)
