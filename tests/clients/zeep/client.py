"""Every operation and fault by zeep, which reads the WSDL. Standard input says what to call."""

import json
import sys
from datetime import datetime
from typing import Any

import zeep

NAMESPACE = "http://www.dcsf.gov.uk/open/webservices/ots"


def main() -> None:
    told = json.load(sys.stdin)
    client: Any = zeep.Client(  # type: ignore[no-untyped-call]  # it has no types
        told["wsdl"], port_name="ServiceSoap12" if told["version"] == "1.2" else "ServiceSoap"
    )

    def call(operation: str, *parameters: Any, password: str = told["password"]) -> Any:
        header = client.get_element(f"{{{NAMESPACE}}}AuthHeader")(Username=told["user"], Password=password)
        return client.service[operation](*parameters, _soapheaders=[header])

    def fault(operation: str, *parameters: Any, **options: str) -> str:
        try:
            call(operation, *parameters, **options)
        except zeep.exceptions.Fault as error:
            return str(error.message)
        return "no fault"

    doc_id = told["doc_id"]
    answers = {
        "index": call("FetchIndex"),
        "document": call("FetchDoc", doc_id),
        "processed": call("UpdateDocumentStatus", doc_id, True),
        "index_after": call("FetchIndex"),
        "history": call("FetchHistory", datetime.fromisoformat(told["since"])),
        "unprocessed": call("UpdateDocumentStatus", doc_id, False),
        "sent": call("SendOrder", told["order"]),
        "faults": {
            "broken order": fault("SendOrder", told["broken_order"]),
            "unknown document": fault("FetchDoc", "nothing-of-this-name"),
            "unknown status": fault("UpdateDocumentStatus", "nothing-of-this-name", True),
            "wrong password": fault("FetchIndex", password="not the password"),
        },
        "new_password": call("ChangePassword"),
    }
    answers["index_with_new_password"] = call("FetchIndex", password=answers["new_password"])
    json.dump(answers, sys.stdout)


main()
