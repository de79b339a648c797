"""The pages of suppliers and of eProcurement set-up, as each person sees and uses them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.school.pages import page
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.real_supplier import serve_supplier
from tests.school.purchasing.shops import entry_of, serve_shop
from tests.wire.soap.goldens import PASSWORD, USERNAME
from tests.wire.soap.shop import Shop

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Coding, Supplier, WebService
from schoolgate.school.purchasing.services import save_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_site", "year")]

SignedIn = Callable[[User], Client]
SECRET = "Quiet-Harbour-58"
SERVICE = {
    "name": "Riverside",
    "url": "https://riverside.example/Service.asmx",
    "username": "office",
    "password": SECRET,
    "soap_version": "1.1",
    "history_method": "FetchHistory",
}


@pytest.fixture
def bursars(bursar: User, signed_in: SignedIn) -> Client:
    return signed_in(bursar)


@pytest.fixture
def lookers(looker: User, signed_in: SignedIn) -> Client:
    return signed_in(looker)


def shown(form: Any) -> dict[str, str]:
    """What a form sends when nothing in it is touched, with the values as its reader saw them."""
    sent: dict[str, str] = {}
    for field in form:
        value = field.value()
        seen = form.data[field.html_initial_name] if form.is_bound else value
        sent[field.html_initial_name] = "" if seen is None else str(seen)
        if value not in (None, False, ""):
            sent[field.html_name] = str(value)
    return sent


def test_an_empty_list_says_how_to_begin(bursars: Client) -> None:
    assert "Add your first supplier." in page(bursars, reverse("purchasing-suppliers"))
    told = page(bursars, reverse("purchasing-services"))
    assert "Ask your supplier for its web service address and use your web-site log-in." in told


def test_a_supplier_is_added_and_seen(bursars: Client, service: WebService, codings: list[Coding]) -> None:
    sent = {
        "name": "Hilltop Books",
        "duns": "222 333 444",
        "order_method": "e-procurement",
        "web_service": service.pk,
        "post_and_packing": codings[2].pk,
    }
    answer = bursars.post(reverse("purchasing-add-supplier"), sent)
    made = Supplier.objects.get()
    assert answer["Location"] == reverse("purchasing-supplier", args=[made.pk])
    assert made.post_and_packing == codings[2]
    told = page(bursars, answer["Location"])
    assert "222333444" in told
    assert "01 / E22 / OFF" in told
    assert "Hilltop Books" in page(bursars, reverse("purchasing-suppliers"))


def test_a_duns_number_of_another_is_told_with_its_name(bursars: Client, supplier: Supplier) -> None:
    sent = {"name": "Hilltop Books", "duns": SUPPLIER_DUNS, "order_method": "print"}
    answer = bursars.post(reverse("purchasing-add-supplier"), sent)
    assert answer.status_code == 422
    assert "This DUNS number is another supplier’s: Beacon Supplies." in answer.content.decode()


def test_e_procurement_without_a_service_says_the_missing_step(bursars: Client) -> None:
    sent = {"name": "Hilltop Books", "duns": "222333444", "order_method": "e-procurement"}
    answer = bursars.post(reverse("purchasing-add-supplier"), sent)
    assert "link a web service first: add it under eProcurement set-up" in answer.content.decode()


def test_a_supplier_is_changed(bursars: Client, supplier: Supplier) -> None:
    address = reverse("purchasing-edit-supplier", args=[supplier.pk])
    sent = shown(bursars.get(address).context["form"]) | {"telephone": "01234 000000"}
    assert bursars.post(address, sent).status_code == 302
    supplier.refresh_from_db()
    assert supplier.telephone == "01234 000000"


def test_who_comes_second_sees_both_and_overwrites_nothing(bursars: Client, supplier: Supplier) -> None:
    address = reverse("purchasing-edit-supplier", args=[supplier.pk])
    sent = shown(bursars.get(address).context["form"]) | {"order_method": "print", "web_service": ""}
    other = WebService.objects.create(name="Portal", url="https://portal.example/", username="x", password="x")
    Supplier.objects.update(web_service=other)
    answer = bursars.post(address, sent)
    assert answer.status_code == 422
    assert "Somebody has changed this meanwhile. It is now: Portal" in answer.content.decode()
    assert Supplier.objects.get().web_service == other
    # What was shown now counts as seen.
    again = shown(answer.context["form"]) | {"order_method": "print", "web_service": ""}
    assert bursars.post(address, again).status_code == 302
    assert Supplier.objects.get().web_service is None


def test_a_supplier_is_closed_after_a_question(bursars: Client, supplier: Supplier) -> None:
    address = reverse("purchasing-close-supplier", args=[supplier.pk])
    assert "Nothing new is ordered from it." in page(bursars, address)
    bursars.post(address, {"to": "closed"})
    assert not Supplier.objects.get().open
    assert "Closed: nothing new is ordered from it." in page(
        bursars, reverse("purchasing-supplier", args=[supplier.pk])
    )
    bursars.post(address, {"to": "open"})
    assert Supplier.objects.get().open


def test_a_list_is_taken_and_told_line_by_line(bursars: Client, supplier: Supplier) -> None:
    text = b"Name,DUNS\nHilltop Books,222333444\nWrong,12\nBeacon Supplies,\n"
    address = reverse("purchasing-import-suppliers")
    looked = bursars.post(address, {"file": SimpleUploadedFile("list.csv", text), "only_look": "on"})
    assert "Nothing was done." in looked.content.decode()
    assert Supplier.objects.count() == 1
    answer = bursars.post(address, {"file": SimpleUploadedFile("list.csv", text)})
    told = answer.content.decode()
    assert "1 added, 0 changed, 1 as they were, 1 not taken." in told
    assert "A DUNS number is nine digits." in told


def test_the_list_can_be_downloaded_and_given_back(bursars: Client, supplier: Supplier) -> None:
    answer: Any = bursars.get(reverse("purchasing-suppliers") + "?format=csv")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    back = bursars.post(reverse("purchasing-import-suppliers"), {"file": SimpleUploadedFile("list.csv", content)})
    assert "0 added, 0 changed, 1 as they were, 0 not taken." in back.content.decode()


def test_who_may_only_look_is_offered_nothing_to_change(lookers: Client, supplier: Supplier) -> None:
    for name, args in (
        ("purchasing-suppliers", []),
        ("purchasing-supplier", [supplier.pk]),
        ("purchasing-services", []),
        ("purchasing-service", [supplier.web_service_id]),
    ):
        told = page(lookers, reverse(name, args=args))
        assert not [word for word in ("Add a", "Change", "Close</a>", "Turn off", "Test Connection") if word in told]


def test_a_service_is_added_and_its_password_never_shown(bursars: Client) -> None:
    answer = bursars.post(reverse("purchasing-add-service"), SERVICE)
    made = WebService.objects.get()
    assert answer["Location"] == reverse("purchasing-service", args=[made.pk])
    assert made.password == SECRET
    for address in (answer["Location"], reverse("purchasing-edit-service", args=[made.pk])):
        assert SECRET not in page(bursars, address)


def test_a_service_without_a_password_is_asked_for_it(bursars: Client) -> None:
    answer = bursars.post(reverse("purchasing-add-service"), {**SERVICE, "password": ""})
    assert answer.status_code == 422
    assert "Enter the password." in answer.content.decode()


def test_a_password_is_not_shown_when_another_field_is_wrong(bursars: Client) -> None:
    answer = bursars.post(reverse("purchasing-add-service"), {**SERVICE, "url": "ftp://riverside.example/"})
    assert "must begin with https://" in answer.content.decode()
    assert SECRET not in answer.content.decode()


def test_a_service_is_changed_without_typing_the_password_again(bursars: Client, service: WebService) -> None:
    address = reverse("purchasing-edit-service", args=[service.pk])
    sent = shown(bursars.get(address).context["form"]) | {"safe_to_repeat": "on"}
    assert bursars.post(address, sent).status_code == 302
    service.refresh_from_db()
    assert (service.safe_to_repeat, service.password) == (True, "secret-1")


def test_a_service_is_not_said_to_be_all_right_before_it_was_called_as_it_is_now(
    bursars: Client, service: WebService
) -> None:
    address = reverse("purchasing-service", args=[service.pk])
    WebService.objects.update(last_success_at=timezone.now(), changed_at=timezone.now() - timedelta(days=1))
    assert bursars.get(address).context["state"] == "all right"
    save_service(service, {}, password="another-one", by=None)
    assert bursars.get(address).context["state"] == "to be tested"


def test_a_service_that_was_changed_meanwhile_is_shown_as_it_is(bursars: Client, service: WebService) -> None:
    address = reverse("purchasing-edit-service", args=[service.pk])
    sent = shown(bursars.get(address).context["form"]) | {"username": "head", "password": SECRET}
    WebService.objects.update(username="office")
    answer = bursars.post(address, sent)
    assert "Somebody has changed this meanwhile. It is now: office" in answer.content.decode()
    service.refresh_from_db()
    assert service.password == "secret-1"


def test_a_service_is_turned_off_and_on(bursars: Client, service: WebService) -> None:
    bursars.post(reverse("purchasing-turn-service", args=[service.pk]), {"to": "off"})
    told = page(bursars, reverse("purchasing-service", args=[service.pk]))
    assert "Turned off: nothing is fetched from it." in told
    bursars.post(reverse("purchasing-turn-service", args=[service.pk]), {"to": "on"})
    assert not WebService.objects.get().turned_off


def test_suppliers_are_linked_on_the_services_page(bursars: Client, service: WebService) -> None:
    hilltop = Supplier.objects.create(name="Hilltop Books")
    page_address = reverse("purchasing-service", args=[service.pk])
    assert "Hilltop Books" in page(bursars, page_address)
    bursars.post(reverse("purchasing-link-suppliers", args=[service.pk]), {"suppliers": [hilltop.pk]})
    assert list(service.suppliers.all()) == [hilltop]


def test_who_orders_go_to_through_the_service_stays(bursars: Client, supplier: Supplier, service: WebService) -> None:
    answer = bursars.post(reverse("purchasing-link-suppliers", args=[service.pk]), {})
    assert answer.status_code == 422
    assert "Orders to Beacon Supplies go through this service." in answer.content.decode()


def test_the_age_of_the_password_is_told(bursars: Client, service: WebService) -> None:
    # By the wall clock: days are London’s, and its clocks may have changed since.
    WebService.objects.update(password_set_at=timezone.localtime() - timedelta(days=92))
    assert "92 days old" in page(bursars, reverse("purchasing-services"))


def test_an_answer_that_is_missing_is_told_on_the_services_page(bursars: Client, service: WebService) -> None:
    WebService.objects.update(password_asked_at=timezone.now())
    told = page(bursars, reverse("purchasing-service", args=[service.pk]))
    assert "was asked for a new password, and its answer was lost" in told


@pytest.mark.django_db(transaction=True)
def test_the_button_tests_and_what_fails_is_told_with_the_next_step(bursars: Client) -> None:
    shop = Shop()
    with serve_shop(shop) as url:
        entry = entry_of(url)
        address = reverse("purchasing-test-service", args=[entry.pk])
        assert "Test Connection Successful." in bursars.post(address).content.decode()
        shop.password = "changed"
        told = bursars.post(address).content.decode()
    assert "Test Connection Failed:" in told
    assert reverse("purchasing-edit-service", args=[entry.pk]) in told


@pytest.mark.django_db(transaction=True)
def test_a_service_that_takes_an_order_once_is_told_of_and_ticked_by_a_person(bursars: Client) -> None:
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as site:
        entry = site.entry(safe_to_repeat=False)
        address = reverse("purchasing-test-service", args=[entry.pk])
        told = "says of itself that an order which comes twice is one order there"
        assert told in bursars.post(address).content.decode()
        entry.refresh_from_db()
        assert not entry.safe_to_repeat
        WebService.objects.update(safe_to_repeat=True)
        assert told not in bursars.post(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_new_password_is_asked_for_after_a_warning(bursars: Client, home: object) -> None:
    shop = Shop()
    with serve_shop(shop) as url:
        entry = entry_of(url)
        address = reverse("purchasing-service-password", args=[entry.pk])
        assert f"sign in to the supplier’s web site with user name {USERNAME}" in page(bursars, address)
        assert bursars.post(address).status_code == 302
    entry.refresh_from_db()
    assert entry.password == shop.password != PASSWORD


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_told_with_what_happens_next(bursars: Client, home: object) -> None:
    shop = Shop(change=lambda *_: b"")
    with serve_shop(shop) as url:
        entry = entry_of(url)
        answer = bursars.post(reverse("purchasing-service-password", args=[entry.pk]))
    told = answer.content.decode()
    assert "It is not known whether the password was changed." in told
    assert "asked once more by itself" in told
