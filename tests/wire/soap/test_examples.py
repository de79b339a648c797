"""The examples of the human page are calls that the service takes."""

import pytest

from schoolgate.wire.soap.answers import read_answer
from schoolgate.wire.soap.calls import read_call
from schoolgate.wire.soap.contract import OPERATIONS
from schoolgate.wire.soap.examples import Example, examples_of

ADDRESS = "https://shop.example:8443/portal/Service.asmx"


def message(text: str) -> tuple[str, dict[str, str], bytes]:
    """First line, headers and body of an HTTP message."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    return first, dict(line.split(": ", 1) for line in lines), body.encode()


@pytest.mark.parametrize(
    "example",
    [one for name in OPERATIONS for one in examples_of(name, ADDRESS)],
    ids=lambda one: f"{one.operation}-{one.version}",
)
def test_an_example_is_a_call_that_breaks_no_rule_and_an_answer_to_it(example: Example) -> None:
    first, headers, body = message(example.request)
    call = read_call(body, headers["Content-Type"], headers.get("SOAPAction"))
    assert (first, headers["Host"]) == ("POST /portal/Service.asmx HTTP/1.1", "shop.example:8443")
    assert (call.version, call.operation, call.broken) == (example.version, example.operation, ())
    _, headers, body = message(example.answer)
    assert read_answer(body, headers["Content-Type"], example.operation) in {"true", "string"}


def test_an_example_is_laid_out_by_the_depth_of_its_elements() -> None:
    body = message(next(examples_of("FetchDoc", ADDRESS)).request)[2].decode().split("\n")
    assert [len(line) - len(line.lstrip()) for line in body] == [0, 0, 2, 4, 6, 6, 4, 2, 2, 4, 6, 4, 2, 0]
