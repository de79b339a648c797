"""SOAP clients that no one here wrote go through every operation and fault, in both versions of SOAP (reference 13).

Mono's proxy is tried in the night (`test_mono`): the real finance system's was made by a tool like Mono's.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from tests.clients.conftest import HERE, School, Service

PROGRAMS = {
    "php": ["php", str(HERE / "php" / "client.php")],
    "perl": ["perl", str(HERE / "perl" / "client.pl")],
    "node": ["node", str(HERE / "node" / "client.js")],
    "zeep": [sys.executable, str(HERE / "zeep" / "client.py")],
}
WAIT_SECONDS = 60


def require_all_well(school: School, said: dict[str, Any]) -> None:
    """What a client prints of a service that does everything right."""
    assert f"<DocID>{school.doc_id}</DocID>" in said["index"]
    assert said["document"].strip() == school.document.strip()
    assert said["processed"] is True
    assert school.doc_id not in said["index_after"]
    assert school.doc_id in said["history"]
    assert said["unprocessed"] is True
    assert said["sent"] is True
    kinds = {name: text.partition(":")[0] for name, text in said["faults"].items()}
    assert kinds == {
        "broken order": "InvalidXmlException",
        "unknown document": "DocumentNotExistException",
        "unknown status": "DocumentNotExistException",
        "wrong password": "AuthenticationException",
    }
    assert said["new_password"] != school.password
    assert school.doc_id in said["index_with_new_password"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    "client",
    [
        pytest.param("php", marks=pytest.mark.php),
        pytest.param("perl", marks=pytest.mark.perl),
        pytest.param("node", marks=pytest.mark.node),
        "zeep",
    ],
)
def test_a_foreign_client_goes_through_every_operation_and_fault(
    client: str, version: str, service: Service, request: pytest.FixtureRequest
) -> None:
    environment = dict(os.environ)
    if client == "node":
        environment["NODE_PATH"] = str(request.getfixturevalue("soap_of_npm"))
    school = service.schools[f"{client} {version}"]
    result = subprocess.run(
        PROGRAMS[client],
        input=json.dumps(school.told(version)),
        env=environment,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    require_all_well(school, json.loads(result.stdout))
