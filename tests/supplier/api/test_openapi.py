"""The OpenAPI document says what the site does: schemathesis makes calls from it and holds the answers to it."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from tests.supplier.api.conftest import Shop

from schoolgate import __version__
from schoolgate.supplier.api.openapi import document
from schoolgate.supplier.api.problems import PROBLEMS
from schoolgate.supplier.api.urls import urlpatterns
from schoolgate.supplier.models import Buyer, Supplier
from schoolgate.supplier.preferences import SERVICE_CONTACT, SERVICE_NAME

# What is made up in the right form names no school, document or order there is.
NOT_HELD = [schemathesis.checks.positive_data_acceptance]
EXAMPLES = 4


@pytest.fixture
def api_schema(api: Any, db: None) -> Any:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=api)
    schema.config.headers = {"Host": "testserver"}
    # Schemathesis does not know 411, by which a POST without any body is refused.
    schema.config.checks.negative_data_rejection.expected_statuses = ["4xx", "5xx"]
    return schema


OPERATIONS = [
    (path, method)
    for path, methods in document("https://shop.example")["paths"].items()
    for method in methods
    if method != "parameters"
]
WITH_BODY = [(path, method) for path, method in OPERATIONS if "requestBody" in document("")["paths"][path][method]]
CASES = [
    *((path, method, GenerationMode.POSITIVE) for path, method in OPERATIONS),
    *((path, method, GenerationMode.NEGATIVE) for path, method in WITH_BODY),
]


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_every_answer_is_as_documented(
    api_schema: Any, shop: Shop, green_abbey: Buyer, path: str, method: str, mode: GenerationMode
) -> None:
    @given(case=api_schema[path][method.upper()].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def hold_to_the_document(case: Any) -> None:
        case.call_and_validate(headers=shop.headers(), excluded_checks=NOT_HELD)

    hold_to_the_document()


def test_every_address_is_documented() -> None:
    served = {re.sub("<[^>]+>", "{id}", f"/{pattern.pattern}") for pattern in urlpatterns}
    assert served - {"/api/v1/openapi.json"} == set(document("https://shop.example")["paths"])


def test_every_refusal_is_documented() -> None:
    text = str(document("https://shop.example")["paths"])
    assert [code for code in PROBLEMS if f"`{code}`" not in text] == []


def test_every_refusal_stands_in_the_reference_for_people() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "supplier-api.md").read_text("utf-8")
    assert [code for code in PROBLEMS if f"`{code}`" not in page] == []


def test_anybody_is_told_whose_service_it_is_and_its_addresses(
    door: httpx.Client, riverside: Supplier, settings: Any
) -> None:
    SERVICE_NAME.set("Riverside School Supplies", by=None)
    SERVICE_CONTACT.set("01234 000000, 9 to 5", by=None)
    told = door.get("").json()
    assert told.pop("clock").endswith("Z")
    url = settings.SCHOOLGATE_URL
    assert told == {
        "service": "schoolgate-supplier",
        "version": __version__,
        "versions": ["v1"],
        "name": "Riverside School Supplies",
        "contact": "01234 000000, 9 to 5",
        "soap": f"{url}/Service.asmx",
        "wsdl": f"{url}/Service.asmx?WSDL",
        "openapi": f"{url}/api/v1/openapi.json",
    }


def test_what_is_not_there_is_told_as_json(door: httpx.Client, db: None) -> None:
    for method, path, code in (("GET", "nothing", "unknown-address"), ("PUT", "orders", "method-not-allowed")):
        answer = door.request(method, path)
        assert (answer.headers["Content-Type"], answer.json()["code"]) == ("application/problem+json", code)
