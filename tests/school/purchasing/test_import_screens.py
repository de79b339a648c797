"""*Import*, *Documents* and one document, as people see them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    Supplier,
    WebService,
)
from schoolgate.school.purchasing.scheduling import in_words, when_to_fetch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "school_site", "ready_ledger")]

SignedIn = Callable[[User], Client]
IMPORT, DOCUMENTS = "/purchasing/import/", "/purchasing/documents/"


@pytest.fixture
def clerks(clerk: User, signed_in: SignedIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def import_now(browser: Client) -> None:
    assert browser.post(reverse("import-documents-now")).status_code == 302
    work_off()


def test_without_a_service_the_page_says_what_comes_first(bursar: User, clerks: Client, signed_in: SignedIn) -> None:
    assert "No supplier is set up for e-procurement." in text_of(clerks, IMPORT)
    assert "Import now" not in text_of(clerks, IMPORT)
    assert reverse("purchasing-services") in text_of(signed_in(bursar), IMPORT)
    assert "There is no service to ask" in str(clerks.post(reverse("import-documents-now"), follow=True).content)


def test_import_now_asks_every_service_and_tells_what_came(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client
) -> None:
    stall.offer("B-1", basket())
    stall.offer("B-2", basket(supplier_duns="999999999", reference="BASKET-2"))
    import_now(clerks)
    page = text_of(clerks, IMPORT)
    assert "1 document waits for you." in page
    assert "999999999" in page
    assert reverse("keep-document-out", args=[FetchedDocument.objects.get(doc_id="B-2").pk]) in page
    csv = b"".join(clerks.get(f"{IMPORT}?format=csv")).decode()
    assert csv.splitlines()[1].startswith("Beacon Supplies,works,")
    assert ",2,1,0,1," in csv


def test_when_nothing_is_new_the_page_says_so(beacon: WebService, clerks: Client) -> None:
    import_now(clerks)
    assert "Nothing new at 1 supplier." in text_of(clerks, IMPORT)


def test_a_service_that_does_not_let_us_in_is_told_with_what_to_do(
    stall: Stall, beacon: WebService, clerks: Client
) -> None:
    stall.password = "changed on their web site"
    import_now(clerks)
    page = text_of(clerks, IMPORT)
    assert "Failed" in page
    assert "was the password changed there?" in page
    assert "Nothing new" not in page


def test_while_a_round_is_under_way_the_page_refreshes_itself(beacon: WebService, clerks: Client) -> None:
    clerks.post(reverse("import-documents-now"))
    assert "every 2s" in text_of(clerks, IMPORT)
    work_off()
    assert "every 2s" not in text_of(clerks, IMPORT)


def test_who_may_only_look_sees_no_buttons_and_can_do_nothing(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client, looker: User, signed_in: SignedIn
) -> None:
    stall.offer("B-2", basket(supplier_duns="999999999"))
    import_now(clerks)
    document = FetchedDocument.objects.get()
    browser = signed_in(looker)
    for address in (IMPORT, reverse("purchasing-document", args=[document.pk])):
        page = text_of(browser, address)
        assert "999999999" in page
        assert "Try again" not in page
        assert "Keep out" not in page
        assert "Import now" not in page
    for name in ("try-document-again", "keep-document-out", "take-document-back"):
        answer = browser.post(reverse(name, args=[document.pk]), {"reason": "Because."})
        assert answer.status_code == 403
    assert browser.post(reverse("import-documents-now")).status_code == 403
    assert browser.get(reverse("when-to-import")).status_code == 403
    document.refresh_from_db()
    assert document.state == DocumentState.WAITING


def test_the_list_is_narrowed_to_what_waits_and_to_what_was_kept_out(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client
) -> None:
    stall.offer("Q-1", "<Order/>", "quote")
    stall.offer("B-1", basket())
    stall.offer("B-2", basket(supplier_duns="999999999", reference="BASKET-2"))
    import_now(clerks)
    assert "3 documents" in text_of(clerks, DOCUMENTS)
    waiting = text_of(clerks, f"{DOCUMENTS}?state=waiting")
    assert "B-2" in waiting
    assert "B-1" not in waiting
    assert "No documents fit" in text_of(clerks, f"{DOCUMENTS}?state=kept-out")
    lines = b"".join(clerks.get(f"{DOCUMENTS}?format=csv")).decode().splitlines()
    assert len(lines) == 4


def test_a_document_is_shown_with_the_rule_it_breaks_and_as_it_came(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client
) -> None:
    plain = basket(supplier_duns="999999999")
    stall.offer("B-1", plain)
    import_now(clerks)
    document = FetchedDocument.objects.get()
    page = text_of(clerks, reverse("purchasing-document", args=[document.pk]))
    for told in ("It waits for you.", "999999999", document.path, "Exercise books", "BASKET-1", "Show the XML"):
        assert told in page
    answer = clerks.get(reverse("purchasing-document-xml", args=[document.pk]))
    assert answer.content == plain
    assert answer["Content-Disposition"] == f'attachment; filename="document-{document.pk}.xml"'
    assert AuditEntry.objects.filter(did="document downloaded").count() == 1


def test_a_copy_is_shown_beside_the_first(stall: Stall, beacon: WebService, basket: Basket, clerks: Client) -> None:
    stall.offer("B-1", basket())
    stall.offer("B-2", basket(required_by="2027-01-31"))
    import_now(clerks)
    first, second = FetchedDocument.objects.order_by("pk")
    page = text_of(clerks, reverse("purchasing-document", args=[second.pk]))
    assert "The two side by side" in page
    assert "31 Jan 2027" in page
    assert "18 Dec 2026" in page
    assert page.count("differs</strong>") == 1
    # To try the copy of an order again would come to nothing.
    assert "Try again</button>" not in page
    assert reverse("purchasing-document", args=[second.pk]) in text_of(
        clerks, reverse("purchasing-document", args=[first.pk])
    )


def test_a_document_is_tried_again_kept_out_and_taken_back(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    import_now(clerks)
    document = FetchedDocument.objects.get()
    again = reverse("try-document-again", args=[document.pk])
    assert "still waits" in clerks.post(again, follow=True).content.decode()
    out = reverse("keep-document-out", args=[document.pk])
    assert clerks.post(out, {"reason": ""}).status_code == 422
    assert "It is kept out" in clerks.post(out, {"reason": "Not ours."}, follow=True).content.decode()
    assert "there is nothing to keep out" in text_of(clerks, out)
    page = text_of(clerks, reverse("purchasing-document", args=[document.pk]))
    assert "Not ours." in page
    assert "Keep out</a>" not in page
    assert "Not ours." in text_of(clerks, f"{DOCUMENTS}?state=kept-out")
    back = reverse("take-document-back", args=[document.pk])
    assert "It waits again" in clerks.post(back, follow=True).content.decode()
    assert "meanwhile" in clerks.post(back, follow=True).content.decode()
    Supplier.objects.update(duns="999999999")
    assert "It was imported." in clerks.post(again, follow=True).content.decode()
    assert "meanwhile" in clerks.post(again, follow=True).content.decode()
    assert "meanwhile" in clerks.post(out, {"reason": "Late."}, follow=True).content.decode()


def test_a_document_whose_bytes_are_gone_is_told_and_nothing_is_done(
    stall: Stall, beacon: WebService, basket: Basket, clerks: Client
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    import_now(clerks)
    document = FetchedDocument.objects.get()
    store.documents().remove(document.sha256)
    page = clerks.post(reverse("try-document-again", args=[document.pk]), follow=True).content.decode()
    assert "the document cannot be read from this site" in page
    assert clerks.get(reverse("purchasing-document-xml", args=[document.pk])).status_code == 404


def test_when_to_import_is_set_by_days_and_times(beacon: WebService, bursar: User, signed_in: SignedIn) -> None:
    browser, address = signed_in(bursar), reverse("when-to-import")
    assert "Nothing is imported by itself." in text_of(browser, address)
    given = {"days": ["0", "3"], "at": "7:30", "every": "60", "until": "16:30"}
    browser.post(address, given)
    assert in_words(when_to_fetch()) == "Monday, Thursday at 07:30, every 60 minutes until 16:30"
    assert "The next rounds" in text_of(browser, address)
    assert "All are asked by themselves next" in text_of(browser, IMPORT)
    for wrong in ({"at": "soon"}, {"until": "06:00"}, {"every": ""}):
        assert browser.post(address, {**given, **wrong}).status_code == 422
    browser.post(address, {"at": "7:30"})
    assert in_words(when_to_fetch()) == "never"
