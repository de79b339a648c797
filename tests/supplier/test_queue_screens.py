"""The queue, one document, and its steps."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.supplier.papers import a_basket
from tests.supplier.screens import queued, received, text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.web.finding import find
from schoolgate.supplier.models import Buyer, Document, DocumentContent, State
from schoolgate.supplier.queue.steps import process, withdraw

SignedIn = Callable[[User], Client]


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


@pytest.fixture
def basket(green_abbey: Buyer) -> Document:
    return queued(green_abbey)


def step(browser: Client, document: Document, name: str, seen: str, **more: str) -> str:
    address = reverse("document-step", args=[document.pk, name])
    return text(browser.post(address, {"seen": seen, **more}, follow=True))


def test_the_queue_tells_of_each_document_what_the_school_will_see(browser: Client, basket: Document) -> None:
    shown = text(browser.get(reverse("queue")))
    for told in (basket.doc_id, "Basket", "Green Abbey School", basket.reference, "Waiting for the school"):
        assert told in shown


def test_an_empty_queue_leads_to_a_test_basket(browser: Client) -> None:
    shown = text(browser.get(reverse("queue")))
    assert "Nothing waits for schools." in shown
    assert reverse("compose-basket") in shown


def test_the_queue_is_narrowed_to_a_type_and_says_that_it_is_the_filter_that_left_nothing(
    browser: Client, basket: Document
) -> None:
    assert basket.doc_id in text(browser.get(reverse("queue"), {"kind": "order"}))
    assert "No documents fit what you asked for." in text(browser.get(reverse("queue"), {"kind": "invoice"}))


def test_a_document_is_expired_at_the_instant_its_day_comes(browser: Client, basket: Document) -> None:
    with time_machine.travel(basket.expires_at + timedelta(seconds=1), tick=False):
        browser.force_login(User.objects.get(username="cara"), backend="django.contrib.auth.backends.ModelBackend")
        assert basket.doc_id not in text(browser.get(reverse("queue"), {"state": "waiting"}))
        assert basket.doc_id in text(browser.get(reverse("queue"), {"state": "expired"}))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_queue_downloads(browser: Client, basket: Document, form: str) -> None:
    assert "attachment" in browser.get(reverse("queue"), {"format": form})["Content-Disposition"]


@pytest.mark.parametrize("page", ["queue", "orders"])
def test_a_list_asks_as_much_of_the_database_however_long_it_is(
    browser: Client, green_abbey: Buyer, oakhanger: Buyer, page: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse(page))
        return len(queries)

    queued(green_abbey, seed=1)
    received(green_abbey, seed=1)
    before = asked()
    for seed in (2, 3):
        queued(oakhanger, seed=seed)
        received(oakhanger, seed=seed)
    assert asked() == before


def test_another_suppliers_documents_do_not_exist(signed_in: SignedIn, hilltop_clerk: User, basket: Document) -> None:
    stranger = signed_in(hilltop_clerk)
    assert basket.doc_id not in text(stranger.get(reverse("queue")))
    for name, more in (("document", []), ("document-xml", []), ("document-step", ["withdraw"])):
        assert stranger.get(reverse(name, args=[basket.pk, *more])).status_code == 404
    assert stranger.post(reverse("document-step", args=[basket.pk, "withdraw"]), {"seen": "waiting"}).status_code == 404
    basket.refresh_from_db()
    assert basket.state == State.WAITING


def test_an_administrator_sees_whose_each_document_is_where_there_are_several_suppliers(
    signed_in: SignedIn, administrator: User, basket: Document, hilltop_clerk: User
) -> None:
    browser = signed_in(administrator)
    assert "Riverside School Supplies</div>" in text(browser.get(reverse("queue")))
    assert basket.doc_id not in text(browser.get(reverse("queue"), {"supplier__name": "Hilltop Books"}))


def test_a_school_program_opens_no_page(signed_in: SignedIn, basket: Document) -> None:
    assert signed_in(basket.buyer.account).get(reverse("queue")).status_code == 403


def test_a_document_is_shown_as_people_read_it_with_its_checks_and_its_xml(browser: Client, basket: Document) -> None:
    shown = text(browser.get(reverse("document", args=[basket.pk])))
    for told in ("3 lines, in GBP", "Deliver to", "Total", "Checksum: ", "All right", "&lt;OrderLine"):
        assert told in shown


def test_a_document_tells_who_fetched_it_and_what_happened_since(browser: Client, basket: Document) -> None:
    basket.events.create(what="fetched", words="Fetched by the school")
    process(basket)
    shown = text(browser.get(reverse("document", args=[basket.pk])))
    assert shown.index("Queued by") < shown.index("Fetched by the school") < shown.rindex("Taken by the school")


def test_a_document_whose_content_went_says_so(browser: Client, basket: Document) -> None:
    process(basket)
    DocumentContent.objects.all().delete()
    Document.objects.update(content_gone_at=timezone.now())
    shown = text(browser.get(reverse("document", args=[basket.pk])))
    assert "Its content is not kept any more" in shown
    assert reverse("document-xml", args=[basket.pk]) not in shown


def test_the_xml_downloads_as_the_school_would_be_given_it(browser: Client, basket: Document) -> None:
    answer = browser.get(reverse("document-xml", args=[basket.pk]))
    assert text(answer) == basket.content.xml
    assert answer["Content-Disposition"] == f'attachment; filename="{basket.doc_id}.xml"'
    assert AuditEntry.objects.filter(did="document downloaded", who="cara").exists()


def test_a_document_is_withdrawn_after_a_question_and_put_back(browser: Client, basket: Document) -> None:
    assert "Withdraw this document?" in text(browser.get(reverse("document-step", args=[basket.pk, "withdraw"])))
    assert "it is not there any more" in step(browser, basket, "withdraw", "waiting")
    assert AuditEntry.objects.filter(did="document withdrawn", who="cara").exists()
    assert "waits for the school again" in step(browser, basket, "put-back", "withdrawn")
    basket.refresh_from_db()
    assert basket.state == State.WAITING


def test_a_document_is_let_expire_by_hand(browser: Client, basket: Document) -> None:
    step(browser, basket, "expire", "waiting")
    basket.refresh_from_db()
    assert basket.state == State.EXPIRED


def test_where_somebody_was_before_nothing_is_done_and_both_is_told(
    browser: Client, basket: Document, clerk: User
) -> None:
    withdraw(basket, by=clerk)
    process_was_seen = step(browser, basket, "put-back", "processed")
    assert "Nothing was done." in process_was_seen
    assert "That has changed since you looked." in process_was_seen
    basket.refresh_from_db()
    assert basket.state == State.WITHDRAWN


def test_what_a_school_has_taken_is_not_withdrawn(browser: Client, basket: Document) -> None:
    process(basket)
    page = text(browser.get(reverse("document-step", args=[basket.pk, "withdraw"])))
    assert "there is nothing to do here" in page
    assert "was taken by the school. That has changed since" in step(browser, basket, "withdraw", "waiting")


def test_a_basket_that_was_ordered_from_is_put_back_only_by_who_was_told(browser: Client, basket: Document) -> None:
    process(basket)
    order = received(basket.buyer, reference=basket.reference)
    assert f"order {order}" in text(browser.get(reverse("document-step", args=[basket.pk, "put-back"])))
    assert "ordered twice" in step(browser, basket, "put-back", "processed")
    basket.refresh_from_db()
    assert basket.state == State.PROCESSED
    step(browser, basket, "put-back", "processed", although_ordered="1")
    basket.refresh_from_db()
    assert basket.state == State.WAITING


def test_no_other_step_is_taken(browser: Client, basket: Document) -> None:
    assert browser.post(reverse("document-step", args=[basket.pk, "process"]), {"seen": "waiting"}).status_code == 404


def test_a_document_is_found_by_id_reference_and_school(clerk: User, hilltop_clerk: User, basket: Document) -> None:
    for wanted in (basket.doc_id, basket.reference, "green abbey", "987654321", "GA-4321"):
        assert [found.name for found in find(clerk, wanted)] == [basket.doc_id]
    assert find(hilltop_clerk, basket.doc_id) == []


class TestPuttingIn:
    """Ready XML, from a file or pasted."""

    def test_pasted_xml_waits_and_who_did_it_stands_in_the_audit(self, browser: Client, green_abbey: Buyer) -> None:
        typed = {"buyer": green_abbey.pk, "kind": "order", "text": a_basket(green_abbey), "doc_id": "B-77"}
        shown = text(browser.post(reverse("put-document"), typed, follow=True))
        assert "B-77 waits for Green Abbey School." in shown
        assert AuditEntry.objects.filter(did="document queued", who="cara", target="B-77").exists()

    def test_the_same_again_is_the_one_that_is_there(self, browser: Client, basket: Document) -> None:
        typed = {"buyer": basket.buyer_id, "kind": "order", "text": basket.content.xml}
        shown = text(browser.post(reverse("put-document"), typed, follow=True))
        assert f"in the queue already, as {basket.doc_id}" in shown
        assert Document.objects.count() == 1

    def test_what_a_school_would_not_take_is_told_with_line_and_remedy_and_stays_typed(
        self, browser: Client, green_abbey: Buyer
    ) -> None:
        spoilt = a_basket(green_abbey).replace("<LineNumber>2</LineNumber>", "<LineNumber>two</LineNumber>")
        answer = browser.post(
            reverse("put-document"), {"buyer": green_abbey.pk, "kind": "order", "text": spoilt, "doc_id": ""}
        )
        assert answer.status_code == 422
        assert "/Order/OrderLine[2]/LineNumber" in text(answer)
        assert "&lt;LineNumber&gt;two" in text(answer)
        assert not Document.objects.exists()

    def test_a_wrong_checksum_is_told_beside_the_right_one(self, browser: Client, green_abbey: Buyer) -> None:
        xml = a_basket(green_abbey)
        right = xml.partition("<Checksum>")[2].partition("<")[0]
        typed = {"buyer": green_abbey.pk, "kind": "order", "text": xml.replace(f"<Checksum>{right}", "<Checksum>12")}
        assert f"The checksum is 12, but {right} is right" in text(browser.post(reverse("put-document"), typed))

    def test_an_id_with_a_blank_is_refused_at_its_field(self, browser: Client, green_abbey: Buyer) -> None:
        typed = {"buyer": green_abbey.pk, "kind": "order", "text": a_basket(green_abbey), "doc_id": "B 77"}
        shown = text(browser.post(reverse("put-document"), typed))
        assert 'id="id_doc_id_error"' in shown
        assert "no blanks" in shown

    def test_neither_file_nor_text_is_told(self, browser: Client, green_abbey: Buyer) -> None:
        answer = browser.post(reverse("put-document"), {"buyer": green_abbey.pk, "kind": "order"})
        assert "Choose a file, or paste the XML." in text(answer)

    def test_a_file_waits_in_whatever_encoding_it_is(self, browser: Client, green_abbey: Buyer) -> None:
        xml = a_basket(green_abbey).replace("utf-8", "utf-16").encode("utf-16")
        typed = {"buyer": green_abbey.pk, "kind": "order", "file": SimpleUploadedFile("basket.xml", xml)}
        assert "waits for Green Abbey School." in text(browser.post(reverse("put-document"), typed, follow=True))

    def test_a_file_that_is_too_large_is_told(self, browser: Client, green_abbey: Buyer, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
        file = SimpleUploadedFile("basket.xml", b" " * (1024 * 1024 + 1))
        answer = browser.post(reverse("put-document"), {"buyer": green_abbey.pk, "kind": "order", "file": file})
        assert "larger than 1 MB" in text(answer)

    def test_another_suppliers_school_cannot_be_chosen(
        self, signed_in: SignedIn, hilltop_clerk: User, green_abbey: Buyer
    ) -> None:
        typed = {"buyer": green_abbey.pk, "kind": "order", "text": a_basket(green_abbey)}
        assert signed_in(hilltop_clerk).post(reverse("put-document"), typed).status_code == 422
        assert not Document.objects.exists()
