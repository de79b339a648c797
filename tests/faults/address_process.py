"""A process of the tests that kill the loading of an address list: `python address_process.py prepare | work`.

`prepare` loads a list of 100 addresses and hands in another of 120, `work` does what is asked for.
"""

import sys

import django

django.setup()

from schoolgate.authority.importing.addresses.load_job import load_list  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402

WORKER = "the killed"


def give(name: str, addresses: int) -> None:
    lines = [f"{number},{number},Mill Lane,Bedford,MK40 1AA" for number in range(1, addresses + 1)]
    text = "\n".join(["UPRN,Number,Street,Town,Postcode", *lines])
    load_list([text.encode()], name, by=None)


if __name__ == "__main__":
    free_leases_of(WORKER)
    if sys.argv[1] == "prepare":
        give("first.csv", 100)
        work_off(WORKER)
        give("second.csv", 120)
    else:
        work_off(WORKER)
