"""What a school's finance system has called and how, for whoever mends it."""

from django.utils import timezone
from tests.supplier.service.calling import Caller, envelope_of

from schoolgate.supplier.models import Buyer, RuleBroken
from schoolgate.supplier.service.conformance import conformance_of
from schoolgate.wire.soap.contract import OPERATIONS
from schoolgate.wire.soap.rules import RULES


def test_what_was_never_called_is_told_in_the_contract_s_order(green_abbey: Buyer) -> None:
    assert conformance_of(green_abbey).never_tried == tuple(OPERATIONS)


def test_what_was_called_is_told_with_when_and_what_was_answered_last(school: Caller, green_abbey: Buyer) -> None:
    school.call("FetchIndex")
    school.call("FetchDoc", DocID="B-1")
    school.door.calls.flush()
    told = conformance_of(green_abbey)
    uses = {use.operation: use for use in told.uses}
    assert (uses["FetchIndex"].calls, uses["FetchIndex"].faults, uses["FetchIndex"].last_outcome) == (1, 0, "ok")
    assert (uses["FetchDoc"].faults, uses["FetchDoc"].last_outcome) == (1, "DocumentNotExistException")
    assert {"FetchIndex", "FetchDoc"}.isdisjoint(told.never_tried)


def test_the_history_counts_by_whatever_name_it_is_called(school: Caller, green_abbey: Buyer) -> None:
    assert school.call("FetchDocHistory", BeginDate="2026-11-26T00:00:00Z").status == "200 OK"
    school.door.calls.flush()
    assert "FetchHistory" not in conformance_of(green_abbey).never_tried


def test_a_bent_rule_is_told_with_how_to_mend_it(school: Caller, green_abbey: Buyer) -> None:
    school.send(envelope_of("FetchIndex", user="greenabbey"), action="")
    school.door.calls.flush()
    (bent,) = conformance_of(green_abbey).bent
    assert (bent.rule, bent.times, bent.remedy) == ("action-missing", 1, RULES["action-missing"].remedy)


def test_another_school_s_calls_are_its_own(school: Caller, other_school: Caller, green_abbey: Buyer) -> None:
    other_school.call("FetchIndex")
    school.door.calls.flush()
    assert conformance_of(green_abbey).never_tried == tuple(OPERATIONS)


def test_a_rule_that_is_no_more_is_not_told(green_abbey: Buyer) -> None:
    now = timezone.now()
    RuleBroken.objects.create(buyer=green_abbey, rule="of-old", times=1, first_at=now, last_at=now)
    assert conformance_of(green_abbey).bent == ()
