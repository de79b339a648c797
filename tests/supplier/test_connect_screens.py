"""Get connected: each step with its button, as its developer presses them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.supplier.screens import text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.supplier import playing
from schoolgate.supplier.connecting import Connecting, make_test_school, played_school, send_test_basket
from schoolgate.supplier.models import Buyer, Document, Order, PlayedSchool, State, Supplier
from schoolgate.supplier.service import door, signing_in
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.supplier.service.log import CallLog, Line
from schoolgate.supplier.service.writing import write_lines
from schoolgate.wire.http import make_transport

SignedIn = Callable[[User], Client]


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


@pytest.fixture
def school(riverside: Supplier, clerk: User) -> PlayedSchool:
    """Riverside's test school."""
    make_test_school(riverside, by=clerk)
    return PlayedSchool.objects.get()


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's door writes its log at once, and leaves the test's connection to the database open."""
    calls = SoapDoor(CallLog(write_lines, alone=False))
    monkeypatch.setattr(playing, "_door", lambda: calls)
    monkeypatch.setattr(door, "_request", nullcontext)
    monkeypatch.setattr(signing_in, "_until", {})


def press(browser: Client, name: str, supplier: Supplier, *more: str) -> str:
    """Press a button, let the jobs be done, and read the page."""
    browser.post(reverse(name, args=[supplier.pk, *more]))
    work_off()
    return text(browser.get(reverse("get-connected")))


def test_the_first_page_names_this_hosts_address_and_says_what_cannot_be_known_from_here(
    browser: Client, riverside: Supplier
) -> None:
    shown = text(browser.get(reverse("get-connected")))
    assert 'value="http://testserver/Service.asmx"' in shown
    assert "curl http://testserver/api/v1/baskets" in shown
    assert "no call has come from the internet yet" in shown
    assert "not https" in shown


def test_a_call_from_the_internet_proves_that_the_service_is_reached(browser: Client, green_abbey: Buyer) -> None:
    write_lines([Line(timezone.now(), "ABCD1234", "ok", user="greenabbey", address="8.8.8.8")])
    assert "It can be reached from outside" in text(browser.get(reverse("get-connected")))


def test_a_test_school_is_made_once_and_its_password_shown_once(browser: Client, riverside: Supplier) -> None:
    answer = browser.post(reverse("make-test-school", args=[riverside.pk]))
    school = PlayedSchool.objects.get()
    assert answer["Cache-Control"] == "no-store"
    assert answer.context["password"] == school.password
    assert school.buyer.test
    assert school.password not in press(browser, "make-test-school", riverside)
    assert PlayedSchool.objects.count() == 1


def test_a_basket_goes_to_the_school_and_comes_back_as_an_order(
    browser: Client, riverside: Supplier, school: PlayedSchool
) -> None:
    press(browser, "send-test-basket", riverside)
    shown = press(browser, "play-school", riverside, "import")
    basket = Document.objects.get()
    assert basket.state == State.PROCESSED
    assert f"UpdateDocumentStatus {basket.doc_id}" in shown
    shown = press(browser, "play-school", riverside, "order")
    order = Order.objects.get()
    assert order.basket == basket
    assert order.changes == ["line 1 quantity 10 → 8", "line 2 removed"]
    assert f"ORD-{basket.doc_id}" in shown
    assert "line 2 removed" in shown
    assert AuditEntry.objects.filter(did="test school played").count() == 2


def test_an_order_sent_back_twice_is_one_order(browser: Client, riverside: Supplier, school: PlayedSchool) -> None:
    press(browser, "send-test-basket", riverside)
    press(browser, "play-school", riverside, "order")
    press(browser, "play-school", riverside, "order")
    assert Order.objects.get().times_sent == 2


def test_what_is_on_its_way_is_not_asked_for_twice(browser: Client, riverside: Supplier, school: PlayedSchool) -> None:
    for _ in range(2):
        browser.post(reverse("play-school", args=[riverside.pk, "import"]))
    assert Job.objects.filter(kind="play-school").count() == 1
    assert "Look again" in text(browser.get(reverse("get-connected")))


def test_a_password_changed_elsewhere_is_told_and_mended_by_a_press(
    browser: Client, riverside: Supplier, school: PlayedSchool
) -> None:
    PlayedSchool.objects.update(password="Wrong-Lantern-42")
    assert "does not accept the user name or the password" in press(browser, "play-school", riverside, "import")
    browser.post(reverse("new-school-password", args=[riverside.pk]))
    assert "Nothing waits for the test school." in press(browser, "play-school", riverside, "import")


def test_an_address_that_cannot_be_reached_from_here_is_told(browser: Client, riverside: Supplier) -> None:
    shown = press(browser, "look-at-address", riverside)
    assert "The address must begin with https://" in shown


class _NoService(BaseHTTPRequestHandler):
    """A web server that is none of ours."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html/>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def another_server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _NoService) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/Service.asmx"
        server.shutdown()
        thread.join()


def test_what_answers_at_the_address_and_is_not_the_service_is_told() -> None:
    with another_server() as address, make_transport() as transport:
        answers, certificate, wsdl = playing.look(address, transport)
    assert (answers.verdict, certificate.verdict, wsdl.verdict) == ("pass", "not tried", "fail")


def test_a_supplier_of_others_is_not_connected(
    browser: Client, signed_in: SignedIn, hilltop_clerk: User, hilltop: Supplier, school: PlayedSchool
) -> None:
    for name in ("look-at-address", "make-test-school", "send-test-basket"):
        assert browser.post(reverse(name, args=[hilltop.pk])).status_code == 404
    assert "test-123456789" not in text(signed_in(hilltop_clerk).get(reverse("get-connected")))


def test_an_administrator_of_a_portal_chooses_the_supplier(
    signed_in: SignedIn, administrator: User, riverside: Supplier, hilltop: Supplier
) -> None:
    shown = text(signed_in(administrator).get(reverse("get-connected"), {"supplier": hilltop.pk}))
    assert f'value="{hilltop.pk}" selected' in shown


def test_a_service_without_a_supplier_asks_for_one(signed_in: SignedIn, administrator: User) -> None:
    assert "This service has no supplier yet." in text(signed_in(administrator).get(reverse("get-connected")))


def test_the_page_asks_as_little_of_the_database_whatever_is_there(
    browser: Client, riverside: Supplier, school: PlayedSchool, clerk: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        send_test_basket(school, by=clerk)
    with django_assert_max_num_queries(30):
        browser.get(reverse("get-connected"))
    assert played_school(riverside) == school
    assert not Connecting(riverside, "https://shop.example/Service.asmx").is_live
