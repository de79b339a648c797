"""An order goes by e-mail to who still wants that: noted before it goes, and nothing sent twice by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.commons.alerts.conftest import use
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.taking import edited
from tests.smtp import Inbox, listening

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.documents.ebis.orders import read_order
from schoolgate.school.purchasing import authorising, deciding, establishment, sending, store
from schoolgate.school.purchasing.mailing.outgoing import NO_MAIL_SERVER, goes_by_mail
from schoolgate.school.purchasing.mailing.taking import take_file
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.wire.http import TRIES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "school_site")]

ADDRESS = "orders@beacon.example"
SignedIn = Callable[[User], Client]


@pytest.fixture
def by_mail(supplier: Supplier) -> Supplier:
    """Beacon, who wants orders by e-mail."""
    supplier.order_method, supplier.email = "e-mail", ADDRESS
    supplier.save()
    return supplier


@pytest.fixture
def order(by_mail: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(by_mail, codings[0], vat["S"], came_by=None)


@pytest.fixture
def inbox(settings: Any) -> Any:
    """The mail server of this site."""
    with listening(Inbox()) as server:
        use(settings, server)
        yield server


def send(order: Order) -> Order:
    with transaction.atomic():
        sending.ask(order)
    return work(order)


def work(order: Order, *, later: bool = False) -> Order:
    """Do what is asked for; `later`: what waits for its next try too, until nothing does."""
    work_off("tests")
    while later and Job.objects.filter(kind=sending.SEND, state="ready").update(run_at=timezone.now()):
        work_off("tests")
    return Order.objects.get(pk=order.pk)


def outcomes(order: Order) -> list[tuple[str, str]]:
    return list(order.attempts.values_list("outcome", "code"))


def attached(inbox: Inbox) -> bytes:
    (attachment,) = inbox.last.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("order-PO-1001.xml", "application/xml")
    content = attachment.get_content()
    assert isinstance(content, bytes)
    return content


def test_an_order_goes_by_mail_with_its_document_attached(order: Order, inbox: Inbox) -> None:
    establishment.EMAIL.set("office@green-abbey.example", by=None)
    sent = send(order)
    assert (sent.state, sent.said, inbox.recipients) == (OrderState.SENT, "", [ADDRESS])
    attempt = sent.attempts.get()
    assert (attempt.outcome, attempt.service, attempt.mailed_to) == ("arrived", None, ADDRESS)
    xml = attached(inbox)
    assert store.read(attempt.sha256) == xml
    document = read_order(xml)
    assert (document.number, document.supplier.code, document.buyer.code) == ("PO-1001", "211234567", "A-1001")
    assert inbox.last["Subject"] == "Order PO-1001 from Green Abbey Primary School"
    assert inbox.last["Reply-To"] == "office@green-abbey.example"
    text = inbox.last.get_body().get_content()  # type: ignore[union-attr]
    assert "Your account number for us: A-1001" in text
    assert "Our reference number for you: 211234567" in text


def test_what_is_told_is_that_the_mail_server_has_it_and_no_more(
    order: Order, inbox: Inbox, signed_in: SignedIn, head: User
) -> None:
    send(order)
    line = JournalLine.objects.get()
    assert line.message == "Order PO-1001 was handed to the mail server."
    assert (
        AuditEntry.objects.get(did="order sent").details == f"£31.20 gross, to Beacon Supplies, by e-mail to {ADDRESS}"
    )
    page = signed_in(head).get(reverse("purchase-order", args=[order.pk])).content.decode()
    assert "It was handed to the mail server, for Beacon Supplies." in page
    assert "Nothing proves that it was read" in page
    assert f"e-mail to {ADDRESS}" in page


def test_the_attempt_is_on_record_before_the_mail_goes_out(order: Order, inbox: Inbox) -> None:
    begun = sending.begin(Order.objects.get(pk=order.pk))
    assert begun is not None
    assert (order.attempts.get().ended_at, inbox.taken) == (None, [])


def test_a_busy_server_is_tried_again_under_the_same_identity_and_gets_the_same(order: Order, inbox: Inbox) -> None:
    inbox.busy = "451 4.7.1 Greylisted, come back"
    waits = send(order)
    assert waits.state == OrderState.AUTHORISED
    assert "451 4.7.1 Greylisted, come back" in waits.said
    inbox.busy = ""
    assert work(order, later=True).state == OrderState.SENT
    assert outcomes(order) == [("not-out", "mail-not-out"), ("arrived", "")]
    assert len(inbox.taken) == 1


def test_a_server_that_cannot_be_reached_is_tried_so_often_and_then_told(
    order: Order, inbox: Inbox, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    send(order)
    found = work(order, later=True)
    assert (found.state, len(outcomes(order))) == (OrderState.AUTHORISED, TRIES)
    assert "cannot be reached" in found.said
    assert JournalLine.objects.filter(message="Order PO-1001 was not sent.").count() == 1


def test_what_waited_for_the_mail_server_goes_when_another_order_got_out(
    order: Order, inbox: Inbox, settings: Any, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    settings.EMAIL_PORT = 1
    send(order)
    work(order, later=True)
    sending.ask_for_what_waits()
    assert not sending.orders_coming()
    settings.EMAIL_PORT = inbox.port
    send(an_order(order.supplier, codings[0], vat["S"], came_by=None, number="PO-1002"))
    sending.ask_for_what_waits()
    assert work(order).state == OrderState.SENT


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user here", "552 5.3.4 Message too big"])
def test_the_server_s_last_word_refuses_the_order_in_its_words(order: Order, inbox: Inbox, answer: str) -> None:
    if answer.startswith("550"):
        inbox.refused[ADDRESS] = answer
    else:
        inbox.busy = answer
    refused = send(order)
    assert (refused.state, outcomes(order)) == (OrderState.UNAUTHORISED, [("refused", "mail-refused")])
    assert answer in refused.said
    assert JournalLine.objects.get().message == "Order PO-1001 was refused by the mail server."


def test_a_password_that_is_not_taken_refuses_no_order(order: Order, inbox: Inbox, settings: Any) -> None:
    inbox.user, inbox.password = "schoolgate", "right"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "schoolgate", "wrong"
    waits = send(order)
    assert (waits.state, outcomes(order)) == (OrderState.AUTHORISED, [("not-out", "mail-not-out")])
    assert "Check smtp_user and smtp_password" in waits.said
    assert not sending.orders_coming()


def test_a_line_that_breaks_before_the_text_is_tried_again(order: Order, inbox: Inbox) -> None:
    inbox.hangs_up = "before"
    assert send(order).state == OrderState.AUTHORISED
    inbox.hangs_up = ""
    assert work(order, later=True).state == OrderState.SENT
    assert len(inbox.taken) == 1


def test_a_line_that_breaks_after_the_text_leaves_nobody_sure_and_nothing_goes_by_itself(
    order: Order, inbox: Inbox, clerk: User
) -> None:
    inbox.hangs_up = "after"
    unsure = send(order)
    assert (unsure.state, outcomes(order)) == (OrderState.UNSURE, [("unsure", "mail-no-answer")])
    assert "had the mail, and the line broke" in unsure.said
    inbox.hangs_up = ""
    sending.ask_for_what_waits()
    assert work(order, later=True).state == OrderState.UNSURE
    assert len(inbox.taken) == 1
    first = attached(inbox), inbox.last["Message-ID"]
    deciding.send_again(order, by=clerk)
    assert work(order).state == OrderState.SENT
    assert (attached(inbox), inbox.last["Message-ID"]) == first


def test_a_server_that_took_it_in_other_words_has_it(order: Order, inbox: Inbox) -> None:
    inbox.busy = "251 taken, and passed on"
    assert (send(order).state, outcomes(order)) == (OrderState.SENT, [("arrived", "")])


def test_an_answer_to_the_text_that_is_neither_yes_nor_no_leaves_nobody_sure(order: Order, inbox: Inbox) -> None:
    inbox.busy = "354 go on"
    assert send(order).state == OrderState.UNSURE
    assert work(order, later=True).attempts.count() == 1


@pytest.mark.parametrize("address", [f"orders@{'ü' * 60}.example", "orders@beacon.example\nBcc: b@thief.example"])
def test_an_address_that_cannot_be_written_keeps_the_order_until_it_is_corrected(
    order: Order, inbox: Inbox, by_mail: Supplier, clerk: User, address: str
) -> None:
    Supplier.objects.update(email=address)
    waits = send(order)
    assert (waits.state, outcomes(order), inbox.taken) == (OrderState.AUTHORISED, [("not-out", "mail-not-out")], [])
    assert waits.said.startswith("No mail can be written with this address: orders@")
    Supplier.objects.update(email=ADDRESS)
    deciding.send_again(order, by=clerk)
    assert work(order).state == OrderState.SENT


def test_no_header_can_be_added_by_where_suppliers_answer_to(order: Order, inbox: Inbox) -> None:
    establishment.EMAIL.set("office@green-abbey.example\nBcc: b@thief.example", by=None)
    assert (send(order).state, inbox.taken) == (OrderState.AUTHORISED, [])


def test_a_killed_attempt_leaves_nobody_sure(order: Order, inbox: Inbox) -> None:
    assert sending.begin(Order.objects.get(pk=order.pk)) is not None
    sending.ask_for_what_waits()
    assert Order.objects.get().state == OrderState.UNSURE
    assert work(order, later=True).state == OrderState.UNSURE
    assert inbox.taken == []


def test_without_a_mail_server_it_waits_and_may_go_on_paper(order: Order, clerk: User) -> None:
    waits = send(order)
    assert (waits.state, waits.said) == (OrderState.AUTHORISED, NO_MAIL_SERVER)
    authorising.mark_posted(waits, by=clerk, seen_version=waits.version)
    assert Order.objects.get().state == OrderState.SENT


@pytest.mark.parametrize(
    ("column", "lacks"),
    [
        ("account_number", "no account number here"),
        ("xml_reference_number", "no XML reference number here"),
        ("email", "no e-mail address here"),
    ],
)
def test_an_order_by_mail_needs_address_and_both_numbers(order: Order, head: User, column: str, lacks: str) -> None:
    Supplier.objects.update(**{column: ""})
    Order.objects.update(state=OrderState.UNAUTHORISED)
    found = Order.objects.get()
    with pytest.raises(authorising.NotAuthorised, match=lacks):
        authorising.authorise(found, by=head, seen_version=found.version)
    assert [hindrance.code for hindrance in authorising.hindrances_of(found, head)] == ["by-mail"]


def test_what_lacks_after_it_was_authorised_keeps_it_from_going(order: Order, inbox: Inbox) -> None:
    Supplier.objects.update(account_number="")
    assert "no account number" in send(order).said
    assert inbox.taken == []


def test_to_authorise_an_order_by_mail_sends_it_and_says_beforehand_that_it_is_not_recommended(
    order: Order, inbox: Inbox, signed_in: SignedIn, head: User
) -> None:
    Order.objects.update(state=OrderState.UNAUTHORISED)
    browser, address = signed_in(head), reverse("authorise-order", args=[order.pk])
    page = browser.get(address).content.decode()
    assert f"by e-mail to {ADDRESS} at once" in page
    assert "e-mail is not recommended" in page
    browser.post(address, {"version": Order.objects.get().version})
    assert work(order).state == OrderState.SENT
    assert len(inbox.taken) == 1


def test_an_order_goes_back_the_way_its_basket_came(
    ready_ledger: None, basket: Basket, service: WebService, head: User, inbox: Inbox
) -> None:
    Supplier.objects.update(account_number="A-1001", email=ADDRESS)
    raw = edited(
        basket(),
        ("Buyer/BuyerReferences/SuppliersCodeForBuyer", "A-1001"),
        ("Supplier/SupplierReferences/BuyersCodeForSupplier", "211234567"),
    )
    (taken,) = take_file("order.xml", raw, by=None)
    assert taken.state == "imported"
    order = Order.objects.get()
    Supplier.objects.update(order_method="e-procurement", web_service=service)
    assert goes_by_mail(Order.objects.get())
    authorising.authorise(order, by=head, seen_version=order.version)
    assert work(order).state == OrderState.SENT
    assert read_order(next(iter(inbox.last.iter_attachments())).get_content()).reference == "BASKET-1"


def test_an_order_that_came_by_web_service_goes_back_by_it(order: Order, service: WebService) -> None:
    order.came_by = service
    assert not goes_by_mail(order)
    assert sending.service_of(order) == service


def test_orders_by_mail_go_one_after_the_other(
    order: Order, codings: list[Coding], vat: dict[str, VatCode], inbox: Inbox
) -> None:
    other = an_order(order.supplier, codings[0], vat["S"], came_by=None, number="PO-1002")
    with transaction.atomic():
        keys = {job.key for job in map(sending.ask, (order, other)) if job}
    assert keys == {"send-order:e-mail"}
    work(order)
    assert len(inbox.taken) == 2
