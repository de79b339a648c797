"""What became of documents, and the steps that a shop lets them take."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.supplier.api.conftest import Shop

from schoolgate.supplier.api import door
from schoolgate.supplier.models import Document, DocumentContent
from schoolgate.supplier.queue.steps import process


@pytest.fixture
def doc_id(shop: Shop, basket: dict[str, Any]) -> str:
    """A basket of Riverside's that waits for Green Abbey."""
    return str(shop.post("baskets", basket).json()["id"])


@pytest.fixture
def three(shop: Shop, basket: dict[str, Any]) -> list[str]:
    return [str(shop.post("baskets", {**basket, "reference": f"B-{n}"}).json()["id"]) for n in range(3)]


def test_a_document_is_told_with_its_xml_and_its_story(shop: Shop, doc_id: str) -> None:
    assert shop.get(f"documents/{doc_id}").json()["state"] == "waiting"
    xml = shop.get(f"documents/{doc_id}/xml")
    assert (xml.headers["Content-Type"], b"BASKET-0001" in xml.content) == ("application/xml; charset=utf-8", True)
    (queued,) = shop.get(f"documents/{doc_id}/events").json()["events"]
    assert (queued["what"], "Web shop" in queued["words"]) == ("queued", True)


def test_an_id_may_hold_a_slash(shop: Shop, basket: dict[str, Any]) -> None:
    shop.post("baskets", {**basket, "id": "2026/17"})
    assert shop.get("documents/2026/17").json()["id"] == "2026/17"
    assert shop.get("documents/2026/17/xml").status_code == 200


def test_another_suppliers_document_does_not_exist(hilltop_shop: Shop, doc_id: str) -> None:
    for path in ("", "/xml", "/events"):
        assert hilltop_shop.get(f"documents/{doc_id}{path}").json()["code"] == "unknown-document"
    assert hilltop_shop.post(f"documents/{doc_id}/withdraw").json()["code"] == "unknown-document"
    assert hilltop_shop.get("documents").json()["documents"] == []


def test_a_document_is_withdrawn_and_put_back(shop: Shop, doc_id: str) -> None:
    assert shop.post(f"documents/{doc_id}/withdraw").json()["state"] == "withdrawn"
    assert shop.post(f"documents/{doc_id}/put-back").json()["state"] == "waiting"
    assert shop.post(f"documents/{doc_id}/expire").json()["state"] == "expired"


def test_a_step_that_does_not_lead_from_here_is_refused_with_the_reason(shop: Shop, doc_id: str) -> None:
    process(Document.objects.get())
    answer = shop.post(f"documents/{doc_id}/withdraw")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        *(409, "step-not-allowed"),
        "processed",
    )


def test_a_document_expires_at_the_instant(shop: Shop, doc_id: str) -> None:
    Document.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert shop.get(f"documents/{doc_id}").json()["state"] == "expired"
    assert shop.get("documents?state=waiting").json()["documents"] == []
    assert len(shop.get("documents?state=expired").json()["documents"]) == 1


def test_xml_that_is_no_longer_kept_is_said_to_be_gone(shop: Shop, doc_id: str) -> None:
    DocumentContent.objects.all().delete()
    answer = shop.get(f"documents/{doc_id}/xml")
    assert (answer.status_code, answer.json()["code"]) == (410, "content-removed")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 3),
        ("state=waiting", 3),
        ("state=processed", 0),
        ("type=invoice", 0),
        ("reference=B-1", 1),
        ("buyer=GA-4321", 3),
        ("buyer=nobody", 0),
    ],
)
def test_the_list_is_asked_for_by_what_documents_are(shop: Shop, three: list[str], query: str, number: int) -> None:
    assert len(shop.get(f"documents?{query}").json()["documents"]) == number


@pytest.mark.parametrize("query", ["state=lost", "type=parcel", "reference=%00"])
def test_a_parameter_that_cannot_be_is_refused_by_its_name(shop: Shop, query: str) -> None:
    said = shop.get(f"documents?{query}").json()
    assert (said["code"], said["parameter"]) == ("parameter-malformed", query.partition("=")[0])


def test_pages_follow_each_other_without_a_gap(shop: Shop, three: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAGE", 2)
    first = shop.get("documents").json()
    second = shop.get(f"documents?after={first['next']}").json()
    assert [one["id"] for one in first["documents"] + second["documents"]] == three
    assert (first["more"], second["more"]) == (True, False)


def test_a_cursor_never_passes_what_may_still_be_on_its_way(shop: Shop, three: list[str]) -> None:
    Document.objects.filter(doc_id=three[0]).update(created_at=timezone.now() - timedelta(minutes=1))
    page = shop.get("documents").json()
    assert [one["id"] for one in page["documents"]] == three
    again = shop.get(f"documents?after={page['next']}").json()
    assert [one["id"] for one in again["documents"]] == three[1:]


@pytest.mark.parametrize("cursor", ["x", "-1", "99999999999999999999", "1.5", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_cursor_that_is_none_is_refused(shop: Shop, cursor: str) -> None:
    assert shop.get("documents", params={"after": cursor}).json()["code"] == "cursor-malformed"


def test_a_list_asks_the_database_as_often_however_long_it_is(
    shop: Shop, three: list[str], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(4):
        shop.get("documents")
