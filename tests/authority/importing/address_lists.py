"""Address lists for tests, loaded as people load them."""

from schoolgate.authority.importing.addresses.load_job import load_list
from schoolgate.authority.importing.models import AddressListLoad
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off

HEADINGS = "UPRN,flat,number,name,street,postcode"


def a_list(*lines: str) -> bytes:
    return "\n".join([HEADINGS, *lines]).encode()


def many(number: int) -> bytes:
    """A list of so many houses of one street."""
    return a_list(*(f"{n},,{n},,High Street,AB1 2CD" for n in range(1, number + 1)))


def give(content: bytes, name: str = "gazetteer.csv", *, by: User | None = None) -> AddressListLoad:
    """Load a list as far as it goes by itself."""
    load = load_list([content], name, by=by)
    work_off()
    load.refresh_from_db()
    return load
