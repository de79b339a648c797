"""What processes do of the tests that kill the taking of orders from a message: `set up`, `give FILE`, `told`.

`give` takes what is in a file and prints what became of each order, `told` prints what is in the ledger, as JSON.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from tests.faults.fetch_process import set_up  # noqa: E402

from schoolgate.school.purchasing.mailing.taking import take_file  # noqa: E402
from schoolgate.school.purchasing.models import FetchedDocument, Order, Supplier  # noqa: E402
from schoolgate.school.purchasing.store import read  # noqa: E402

ACCOUNT = "A-1"


def tell() -> None:
    kept = list(FetchedDocument.objects.all())
    told = {
        "orders": Counter(Order.objects.values_list("reference", flat=True)),
        "states": Counter(FetchedDocument.objects.values_list("state", flat=True)),
        "readable": sum(bool(read(document.sha256) and read(document.message_sha256)) for document in kept),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    verb, *more = words
    if verb == "set up":
        set_up()
        Supplier.objects.update(account_number=ACCOUNT)
    elif verb == "give":
        (name,) = more
        file = Path(name)
        print(json.dumps([(one.name, one.state) for one in take_file(file.name, file.read_bytes(), by=None)]))
    else:
        tell()
