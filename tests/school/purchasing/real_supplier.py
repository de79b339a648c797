"""The supplier site's real service over real HTTP, with Green Abbey as its buyer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.waitress_served import served

from schoolgate.school.purchasing.models import WebService
from schoolgate.supplier.buyers.accounts import add_buyer
from schoolgate.supplier.buyers.suppliers import add_supplier
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.supplier.service.log import CallLog
from schoolgate.supplier.service.writing import write_lines

USER = "greenabbey"


@dataclass(frozen=True)
class RealSupplier:
    """Where it is served, the buyer that this school is there, and the buyer's password."""

    url: str
    buyer: Buyer
    password: str

    def entry(self, **values: Any) -> WebService:
        """A row of the ledger for it, with the login that the supplier gave."""
        made: WebService = WebService.objects.create(
            **{
                "name": "Riverside",
                "url": self.url,
                "username": USER,
                "password": self.password,
                "safe_to_repeat": True,
                **values,
            }
        )
        return made


@contextmanager
def serve_supplier(school_duns: str, supplier_duns: str) -> Iterator[RealSupplier]:
    """Serve it from this process; the test's rows are real ones (`django_db(transaction=True)`)."""
    supplier = add_supplier("Riverside School Supplies", supplier_duns, by=None)
    buyer, password = add_buyer(supplier, name="Green Abbey Primary School", duns=school_duns, user=USER, by=None)
    door = SoapDoor(CallLog(write_lines, alone=False))
    with served(door, threads=4) as port:
        yield RealSupplier(f"http://127.0.0.1:{port}/Service.asmx", buyer, password)
