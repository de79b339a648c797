"""Every allowed step of a document, and no other (DESIGN 5)."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from schoolgate.supplier.models import STEPS, Buyer, Document, State
from schoolgate.supplier.models.document import StepName

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

ALLOWED = {
    ("waiting", "processed"),
    ("processed", "waiting"),
    ("waiting", "withdrawn"),
    ("withdrawn", "waiting"),
    ("waiting", "expired"),
    ("expired", "waiting"),
}


def make(buyer: Buyer, state: State = State.WAITING, *, days_left: int = 30) -> Document:
    return Document.objects.create(
        supplier=buyer.supplier,
        buyer=buyer,
        doc_id="B-1001",
        kind="order",
        state=state,
        digest="0" * 64,
        created_at=NOW - timedelta(days=60),
        changed_at=NOW - timedelta(days=60),
        expires_at=NOW + timedelta(days=days_left),
    )


def test_the_table_holds_the_steps_of_the_design_and_no_other() -> None:
    assert {(source, step.target) for step in STEPS.values() for source in step.sources} == ALLOWED


@pytest.mark.parametrize(("name", "state"), list(product(STEPS, State)))
def test_a_step_is_taken_where_the_table_allows_it_and_nowhere_else(
    name: StepName, state: State, green_abbey: Buyer
) -> None:
    document = make(green_abbey, state)
    allowed = state in STEPS[name].sources
    assert document.may(name, NOW) == allowed
    assert document.take(name, NOW) == allowed
    assert Document.objects.get().state == (STEPS[name].target if allowed else state)


@pytest.mark.parametrize("name", STEPS)
def test_a_document_whose_day_has_come_is_expired_before_anybody_says_so(name: StepName, green_abbey: Buyer) -> None:
    document = make(green_abbey, days_left=0)
    assert document.state_at(NOW) == State.EXPIRED
    assert document.take(name, NOW) == (State.EXPIRED in STEPS[name].sources)


def test_of_two_who_take_a_step_only_one_succeeds(green_abbey: Buyer) -> None:
    first = make(green_abbey)
    second = Document.objects.get()
    assert first.take("process", NOW)
    assert not second.take("withdraw", NOW)
    assert Document.objects.get().state == State.PROCESSED


def test_a_step_from_where_a_person_saw_the_document_is_not_taken_from_elsewhere(green_abbey: Buyer) -> None:
    document = make(green_abbey, State.WITHDRAWN)
    assert not document.take("put back", NOW, seen=State.PROCESSED)
    assert document.take("put back", NOW, seen=State.WITHDRAWN)


def test_what_has_no_content_any_more_waits_for_nobody(green_abbey: Buyer) -> None:
    document = make(green_abbey, State.PROCESSED)
    Document.objects.update(content_gone_at=NOW)
    assert not document.take("unprocess", NOW)
    assert not document.take("put back", NOW)


def test_what_the_database_finds_in_a_state_is_what_a_document_says_of_itself(green_abbey: Buyer) -> None:
    documents = Document.objects.bulk_create(
        Document(
            supplier=green_abbey.supplier,
            buyer=green_abbey,
            doc_id=f"{state} {hours}".replace(" ", "-"),
            kind="order",
            state=state,
            digest="0" * 64,
            expires_at=NOW + timedelta(hours=hours),
        )
        for state in State
        for hours in (-1, 0, 1)
    )
    for size in range(len(State) + 1):
        for asked in combinations(State, size):
            found = set(Document.objects.standing_in(asked, NOW).values_list("doc_id", flat=True))
            assert found == {document.doc_id for document in documents if document.state_at(NOW) in asked}
    assert set(Document.objects.in_the_index(NOW)) == set(Document.objects.standing_in({State.WAITING}, NOW))
