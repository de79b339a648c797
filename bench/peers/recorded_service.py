"""Answers that our service once gave, given again at once: a server that takes no time, to measure clients against.

A WSGI application for granian; BENCH_RECORDED is the folder with the answers, one a file by the name of its operation,
and the WSDL. It looks at SOAPAction alone.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WSDL = "WSDL"
_ANSWERS = {path.name: path.read_bytes() for path in Path(os.environ["BENCH_RECORDED"]).iterdir()}
RECORDED_AT = b"recorded.example"
"""The host and port that stand in the WSDL in the place of this server's."""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        answer = _ANSWERS[WSDL].replace(RECORDED_AT, environ["HTTP_HOST"].encode())
    else:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        answer = _ANSWERS[environ["HTTP_SOAPACTION"].strip('"').rpartition("/")[2]]
    start_response("200 OK", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(answer)))])
    return [answer]
