"""Parts that the OpenAPI 3.1 documents of all APIs are made of; the documents themselves are written by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from schoolgate.commons.programs.problems import Refusal

Json = dict[str, Any]


def object_of(properties: Json, *, optional: Iterable[str] = ()) -> Json:
    """The schema of an object that has all these members, but for the `optional` ones."""
    left_out = set(optional)
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in left_out],
    }


def ref(name: str) -> Json:
    """Where a schema is described that stands under `components`."""
    return {"$ref": f"#/components/schemas/{name}"}


def refusals(table: Mapping[str, Refusal], codes: Iterable[str]) -> Json:
    """The answers of a call that refuse it, by status, each with the codes that it may have."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(table[code].status, []).append(code)
    return {str(status): _refusal(table, status, by_status[status]) for status in sorted(by_status)}


def _refusal(table: Mapping[str, Refusal], status: int, codes: list[str]) -> Json:
    answer: Json = {
        "description": " · ".join(f"`{code}`: {table[code].title}" for code in codes),
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [ref("Problem"), {"properties": {"code": {"enum": sorted(codes)}}}]}
            }
        },
    }
    if status in (429, 503, 507):
        answer["headers"] = {
            "Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": "Seconds."}
        }
    return answer
