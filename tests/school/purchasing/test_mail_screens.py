"""*Orders that came by e-mail*, and the pages of a document that did."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.letters import a_mail
from tests.school.purchasing.taking import edited

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.forms.mail import MOST_FILES
from schoolgate.school.purchasing.mailing import reading
from schoolgate.school.purchasing.mailing.handshake import HANDSHAKE
from schoolgate.school.purchasing.models import FetchedDocument, Order, Supplier
from schoolgate.school.purchasing.rules import Rule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "school_site", "ready_ledger")]

SignedIn = Callable[[User], Client]
PAGE = "/purchasing/mail/"


@pytest.fixture
def order(ready_ledger: None, basket: Basket) -> bytes:
    """An order with both numbers of the supplier that the ledger knows."""
    Supplier.objects.update(account_number="A-1001", xml_reference_number="REF-9")
    return edited(
        basket(),
        ("Buyer/BuyerReferences/SuppliersCodeForBuyer", "A-1001"),
        ("Supplier/SupplierReferences/BuyersCodeForSupplier", "REF-9"),
    )


def give(browser: Client, *files: tuple[str, bytes]) -> str:
    answer = browser.post(PAGE, {"upload": [SimpleUploadedFile(name, raw) for name, raw in files]})
    return " ".join(answer.content.decode().split())


def test_who_imports_is_offered_it_on_the_page_import_and_told_that_it_is_not_recommended(
    signed_in: SignedIn, clerk: User, looker: User
) -> None:
    assert f'href="{PAGE}"' in signed_in(clerk).get(reverse("purchasing-import")).content.decode()
    assert "Not recommended." in signed_in(clerk).get(PAGE).content.decode()
    assert f'href="{PAGE}"' not in signed_in(looker).get(reverse("purchasing-import")).content.decode()
    assert signed_in(looker).get(PAGE).status_code == 403


def test_several_files_at_once_are_each_told(signed_in: SignedIn, clerk: User, order: bytes) -> None:
    page = give(signed_in(clerk), ("basket.eml", a_mail(order)), ("saved.xml", order), ("order.pdf", b"%PDF-1.7"))
    number = Order.objects.get().number
    assert f"It is order {number}." in page
    assert "It was here before, and is imported. Nothing was done." in page
    assert "It is a PDF" in page
    assert "Not everything came in: see below why." in page
    address = reverse("purchasing-document", args=[FetchedDocument.objects.get().pk])
    assert page.count(f'<a href="{address}">') == 2


def test_the_same_files_sent_again_by_the_browser_do_no_harm(signed_in: SignedIn, clerk: User, order: bytes) -> None:
    browser = signed_in(clerk)
    give(browser, ("basket.eml", a_mail(order)))
    assert "Everything in these files is here." in give(browser, ("basket.eml", a_mail(order)))
    assert Order.objects.count() == 1


def test_a_page_without_a_file_says_so(signed_in: SignedIn, clerk: User) -> None:
    answer = signed_in(clerk).post(PAGE)
    assert (answer.status_code, "Choose a file first." in answer.content.decode()) == (422, True)


def test_an_empty_file_is_told_as_any_other(signed_in: SignedIn, clerk: User) -> None:
    assert reading.EMPTY in give(signed_in(clerk), ("basket.eml", b""))


def test_more_files_than_are_read_at_once_are_not_read(signed_in: SignedIn, clerk: User, order: bytes) -> None:
    page = give(signed_in(clerk), *[("basket.xml", order)] * (MOST_FILES + 1))
    assert f"These are {MOST_FILES + 1} files: choose {MOST_FILES} at most." in page
    assert not FetchedDocument.objects.exists()


def test_a_document_that_came_by_mail_says_how_and_offers_its_message(
    signed_in: SignedIn, clerk: User, order: bytes
) -> None:
    browser, message = signed_in(clerk), a_mail(order)
    give(browser, ("basket.eml", message))
    document = FetchedDocument.objects.get()
    page = browser.get(reverse("purchasing-document", args=[document.pk])).content.decode()
    assert 'by e-mail, in the file <span class="code">order.xml</span>' in page
    assert "Service told" not in page
    answer = browser.get(reverse("mailed-message", args=[document.pk]))
    assert answer.content == message
    assert AuditEntry.objects.filter(did="message downloaded", about=f"document {document.pk}").exists()
    assert "by e-mail" in browser.get(reverse("purchasing-documents")).content.decode()


def test_an_order_in_another_encoding_is_shown_and_downloaded_as_it_came(
    signed_in: SignedIn, clerk: User, order: bytes
) -> None:
    raw = f'<?xml version="1.0" encoding="utf-16"?>{order.decode().partition("?>")[2]}'.encode("utf-16")
    browser = signed_in(clerk)
    give(browser, ("order.xml", raw))
    document = FetchedDocument.objects.get()
    assert "Exercise books" in browser.get(reverse("purchasing-document", args=[document.pk])).content.decode()
    answer = browser.get(reverse("purchasing-document-xml", args=[document.pk]))
    assert (answer.content, answer.headers["Content-Type"]) == (raw, "application/xml")


def test_a_message_that_is_gone_from_the_disk_is_not_there(signed_in: SignedIn, clerk: User, order: bytes) -> None:
    browser = signed_in(clerk)
    give(browser, ("basket.eml", a_mail(order)))
    document = FetchedDocument.objects.get()
    store.documents().remove(document.message_sha256)
    assert browser.get(reverse("mailed-message", args=[document.pk])).status_code == 404


@pytest.mark.parametrize("rule", HANDSHAKE, ids=lambda rule: rule.code)
def test_its_page_says_what_to_do_for_every_rule(
    signed_in: SignedIn, bursar: User, order: bytes, rule: Rule[object]
) -> None:
    browser = signed_in(bursar)
    give(browser, ("order.xml", order))
    FetchedDocument.objects.update(state="waiting", rule=rule.code, said="It waits.")
    page = browser.get(reverse("purchasing-document", args=[FetchedDocument.objects.get().pk])).content.decode()
    assert rule.next in page
