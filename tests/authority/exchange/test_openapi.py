"""The OpenAPI document says what the site does: schemathesis makes calls from it and holds the answers to it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from schoolgate.authority.exchange.api_urls import urlpatterns
from schoolgate.authority.exchange.openapi import document
from schoolgate.authority.exchange.problems import PROBLEMS

# A made-up file or password in the right form is refused all the same: nobody can make up a digest or a secret.
NOT_HELD = [schemathesis.checks.positive_data_acceptance]


@pytest.fixture
def api_schema(api: Any, program: Any) -> Any:
    schema = schemathesis.openapi.from_wsgi("/exchange/v1/openapi.json", app=api)
    schema.config.headers = {"Host": "testserver"}
    # Schemathesis does not know 411, by which a PUT without any body is refused.
    schema.config.checks.negative_data_rejection.expected_statuses = ["4xx", "5xx"]
    return schema


OPERATIONS = [
    (path, method)
    for path, methods in document("https://la.example")["paths"].items()
    for method in methods
    if method != "parameters"
]
# The other calls take nothing that could be wrong; what they do not know they ignore.
WITH_INPUT = [(path, method) for path, method in OPERATIONS if "{" in path or method == "post"]
CASES = [
    *((path, method, GenerationMode.POSITIVE) for path, method in OPERATIONS),
    *((path, method, GenerationMode.NEGATIVE) for path, method in WITH_INPUT),
]


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_every_answer_is_as_documented(
    api_schema: Any, program: Any, path: str, method: str, mode: GenerationMode
) -> None:
    @given(case=api_schema[path][method.upper()].as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def hold_to_the_document(case: Any) -> None:
        case.call_and_validate(headers=program.authorization, excluded_checks=NOT_HELD)

    hold_to_the_document()


def test_every_address_is_documented() -> None:
    served = {f"/{pattern.pattern}" for pattern in urlpatterns} - {"/exchange/v1/openapi.json"}
    documented = {
        path.replace("student", "<str:kind>")
        .replace("{sha256}", "<str:sha256>")
        .replace("{name}", "<str:name>")
        .replace("{entry}", "<int:entry>")
        for path in document("https://la.example")["paths"]
    }
    assert served == documented


def test_every_refusal_is_documented() -> None:
    text = str(document("https://la.example")["paths"])
    assert [code for code in PROBLEMS if f"'{code}'" not in text] == []


def test_every_refusal_stands_in_the_reference_for_people() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "exchange-api.md").read_text("utf-8")
    assert [code for code in PROBLEMS if f"`{code}`" not in page] == []


def test_the_document_names_the_sites_own_address(door: httpx.Client, la: str, settings: Any) -> None:
    assert door.get("/exchange/v1/openapi.json").json()["servers"] == [{"url": settings.SCHOOLGATE_URL}]
