"""Test Connection of a web service: real calls, good and bad answers, and what is kept of them."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_port
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.real_supplier import RealSupplier, serve_supplier
from tests.school.purchasing.shops import entry_of, serve_shop
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, answer
from tests.wire.soap.shop import Shop

from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.line_out import TLS_MINIMUM
from schoolgate.school.purchasing import connection_test
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import WebService
from schoolgate.sites.configuration import read_configuration
from schoolgate.supplier.queue.putting import put_document
from schoolgate.wire.soap.errors import DocumentNotThere, DocumentRefused

pytestmark = pytest.mark.django_db(transaction=True)

HTML = "<!doctype html><title>Welcome to Shop</title>"
STACK_TRACE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    "<faultcode>soap:Server</faultcode><faultstring>System.Web.Services.Protocols.SoapException: "
    "AuthenticationException: Unknown user or wrong password.\n   at Shop.Service.Check(AuthHeader h)</faultstring>"
    "</soap:Fault></soap:Body></soap:Envelope>"
)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def entry(shop: Shop) -> Iterator[WebService]:
    with serve_shop(shop) as url:
        yield entry_of(url)


@pytest.fixture
def supplier_site() -> Iterator[RealSupplier]:
    with serve_supplier(SCHOOL_DUNS, SUPPLIER_DUNS) as site:
        yield site


def answered(status: int, text: str, media: str = "text/html") -> Callable[[RawRequest, bytes], bytes]:
    return lambda *_: answer(status, text, media=media)


def test_the_supplier_sites_own_service_passes_and_says_what_waits(supplier_site: RealSupplier, basket: Basket) -> None:
    entry = supplier_site.entry()
    assert connection_test.test(entry).sentence == ("Test Connection Successful. Nothing waits there for this school.")
    put_document(supplier_site.buyer, "order", basket(), by=None)
    assert connection_test.test(entry).sentence == ("Test Connection Successful. For this school 1 basket waits there.")


def test_only_a_service_that_says_so_itself_is_said_to_be_safe_to_repeat(
    supplier_site: RealSupplier, entry: WebService
) -> None:
    assert connection_test.test(supplier_site.entry()).says_safe_to_repeat
    assert not connection_test.test(entry).says_safe_to_repeat


def test_quotes_and_the_rest_are_counted_apart(entry: WebService) -> None:
    assert connection_test.test(entry).sentence == (
        "Test Connection Successful. For this school 1 basket, 1 other document wait there."
    )


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (answered(500, STACK_TRACE, "text/xml"), "wrong-credentials", "does not accept the user name or the password"),
        (answered(404, HTML), "no-service", "There is no service at this address."),
        (answered(302, HTML), "moved", "leads on to another one"),
        (answered(200, HTML), "not-understood", "Something answered, but not as the service should."),
        (answered(503, HTML), "service-failed", "reports an error of its own"),
        (lambda *_: b"", "unreachable-reset", "The line broke before the answer came."),
    ],
)
def test_what_a_service_does_wrong_is_told_in_plain_words(
    shop: Shop, entry: WebService, change: Any, code: str, said: str
) -> None:
    shop.change = change
    report = connection_test.test(entry)
    assert report.error is not None
    assert (report.error.code, said in report.sentence, bool(report.what_to_do)) == (code, True, True)
    entry.refresh_from_db()
    assert (entry.trouble, entry.last_success_at) == (code, None)
    assert entry.said.startswith(report.error.sentence)


def test_after_wrong_credentials_one_is_asked_whether_the_web_sites_password_changed(
    shop: Shop, entry: WebService
) -> None:
    shop.password = "changed"
    assert "was the password changed there?" in connection_test.test(entry).what_to_do


def test_a_service_that_does_not_answer_is_told() -> None:
    report = connection_test.test(entry_of(f"http://127.0.0.1:{free_port()}/Service.asmx"))
    assert report.sentence == "Test Connection Failed: The supplier's computer does not take the connection."


def test_a_certificate_that_is_not_trusted_is_told_with_its_issuer(shop: Shop, tmp_path: Path) -> None:
    stranger = CertificateAuthority.make(tmp_path, "School Filter CA")
    with serve_shop(shop, tls=stranger.serving("127.0.0.1")) as url:
        report = connection_test.test(entry_of(url))
    assert report.error is not None
    assert report.error.code == "unreachable-certificate"
    assert "Issued by: School Filter CA" in report.sentence


def test_one_of_the_sites_extra_certificates_is_trusted(shop: Shop, tmp_path: Path, settings: Any) -> None:
    known = CertificateAuthority.make(tmp_path, "Known CA")
    chosen = {"extra_ca_file": str(known.file)}
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(tmp_path / "none", {}, chosen)
    with serve_shop(shop, tls=known.serving("127.0.0.1")) as url:
        assert connection_test.test(entry_of(url)).error is None


def test_a_service_that_speaks_an_old_tls_only_is_told(shop: Shop, tmp_path: Path, settings: Any) -> None:
    known = CertificateAuthority.make(tmp_path, "Known CA")
    chosen = {"extra_ca_file": str(known.file)}
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(tmp_path / "none", {}, chosen)
    TLS_MINIMUM.set("1.3", by=None)
    with serve_shop(shop, tls=known.serving("127.0.0.1", newest=ssl.TLSVersion.TLSv1_2)) as url:
        report = connection_test.test(entry_of(url))
    assert report.error is not None
    assert report.error.code == "unreachable-tls-version"


def test_a_service_without_a_password_here_is_not_called() -> None:
    report = connection_test.test(entry_of("https://shop.example/Service.asmx", password=""))
    assert report.sentence.startswith("Test Connection Failed: There is no password for this service here")


def test_a_trouble_is_told_once_and_its_end_too(shop: Shop, entry: WebService) -> None:
    shop.change = answered(404, HTML)
    connection_test.test(entry)
    entry.refresh_from_db()
    since = entry.trouble_since
    connection_test.test(entry)
    entry.refresh_from_db()
    assert entry.trouble_since == since
    shop.change = lambda _, right: right
    connection_test.test(entry)
    connection_test.test(entry)
    entry.refresh_from_db()
    assert (entry.trouble, entry.said, entry.trouble_since) == ("", "", None)
    assert entry.last_success_at == entry.last_call_at is not None
    messages = JournalLine.objects.order_by("pk").values_list("message", flat=True)
    assert list(messages) == [
        "The web service Shop cannot be used now. There is no service at this address.",
        "The web service Shop answers again.",
    ]


def test_one_trouble_after_another_lasts_since_the_first(shop: Shop, entry: WebService) -> None:
    shop.change = answered(404, HTML)
    connection_test.test(entry)
    entry.refresh_from_db()
    since = entry.trouble_since
    shop.change = answered(200, HTML)
    connection_test.test(entry)
    entry.refresh_from_db()
    assert (entry.trouble, entry.trouble_since) == ("not-understood", since)
    assert JournalLine.objects.count() == 2


def test_what_a_service_says_of_one_document_is_no_trouble_of_the_service(entry: WebService) -> None:
    WebService.objects.update(trouble="service-failed", said="No.")
    with pytest.raises(DocumentNotThere):
        call(entry, lambda client: client.fetch_doc("B-9999"))
    entry.refresh_from_db()
    assert (entry.trouble, entry.last_success_at is not None) == ("", True)
    with pytest.raises(DocumentRefused):
        call(entry, lambda client: client.send_order("<Invoice/>"))
    entry.refresh_from_db()
    assert entry.trouble == ""
