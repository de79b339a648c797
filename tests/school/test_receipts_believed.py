"""Which receipts a school believes: those that the LA's keys signed, for this very file."""

from typing import Any

import pytest
from tests.school.conftest import Drop, Export
from tests.school.scripted_la import RECEIVED, ScriptedLa

from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.wire.receipts import new_key


def the_file() -> Transfer:
    return Transfer.objects.get()


def test_a_receipt_signed_with_a_new_key_is_verified_with_keys_fetched_anew(
    drop: Drop, export: Export, la: ScriptedLa
) -> None:
    drop()

    def change_key(_: str) -> None:
        la.key = new_key(RECEIVED)
        la.published.append(la.key)

    la.before_put = change_key
    export()
    assert the_file().state == State.DELIVERED
    assert len(kept_keys("820")["keys"]) == 2


def test_a_receipt_that_the_las_keys_did_not_sign_is_not_believed(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.key = new_key(RECEIVED)
    drop()
    export()
    assert (the_file().state, the_file().reason, the_file().receipt) == (State.NEEDS_ATTENTION, "receipt-wrong", "")


@pytest.mark.parametrize(
    "changed", [{"base": "8202107"}, {"name": "8204321_CES_820LLLL_002.xml"}, {"sha256": "0" * 64}, {"size": 1}]
)
def test_a_receipt_for_another_file_is_not_believed(
    changed: dict[str, Any], drop: Drop, export: Export, la: ScriptedLa
) -> None:
    la.receipt_changes = changed
    drop()
    export()
    assert the_file().reason == "receipt-wrong"


# Outcomes
