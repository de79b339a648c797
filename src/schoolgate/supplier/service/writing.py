"""Writing calls into the log, with everything that is counted of them, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from django.db import transaction

from schoolgate.commons.prepared import insert_all
from schoolgate.supplier.models import Buyer, Call, OperationUse, RuleBroken
from schoolgate.supplier.queue.fetching import Fetch, note_fetches
from schoolgate.supplier.service.log import OK, Line
from schoolgate.supplier.service.turns import turn
from schoolgate.wire.soap.contract import OPERATIONS

LAST_CALL_IS_GOOD_FOR = timedelta(minutes=1)
"""How old the time of a buyer's last call may be: it is not worth a write with every call."""


class _Buyer(NamedTuple):
    pk: int
    supplier: int


def write_lines(lines: Sequence[Line]) -> None:
    """Write calls; count operations and broken rules at the buyers whose user names came with them.

    The user name is enough: who looks for what goes wrong at a school must find its wrong passwords too.
    """
    with turn(), transaction.atomic():
        named = _buyers_named(lines)
        insert_all([_call(line, named.get(line.user)) for line in lines])
        ours = [(named[line.user].pk, line) for line in lines if line.user in named]
        _count_operations(ours)
        _count_rules(ours)
        _note_last_calls(lines)
        fetches = [Fetch(line.fetched, line.at) for line in lines if line.fetched is not None]
        if fetches:
            note_fetches(fetches)


def _buyers_named(lines: Iterable[Line]) -> Mapping[str, _Buyer]:
    names = {line.user for line in lines if line.user}
    rows = Buyer.objects.filter(account__username__in=names).order_by()
    found = rows.values_list("account__username", "pk", "supplier")
    return {name: _Buyer(pk, supplier) for name, pk, supplier in found}


def _call(line: Line, buyer: _Buyer | None) -> Call:
    return Call(
        at=line.at,
        supplier_id=buyer.supplier if buyer else None,
        buyer_id=buyer.pk if buyer else None,
        user=line.user[:150],
        operation=line.operation[:100],
        version=line.version,
        outcome=line.outcome,
        sentence=line.sentence[:500],
        doc_id=line.doc_id[:100],
        broken=list(line.broken),
        microseconds=line.microseconds,
        address=_address(line.address),
        client=line.client[:200],
        request_id=line.request_id,
        request=line.request,
        answer=line.answer,
    )


@lru_cache(maxsize=1024)
def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _count_operations(ours: Sequence[tuple[int, Line]]) -> None:
    called: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for buyer, line in ours:
        if line.operation in OPERATIONS:
            called[buyer, line.operation].append(line)
    rows = OperationUse.objects.select_for_update().filter(buyer__in={buyer for buyer, _ in called})
    known = {(row.buyer_id, row.operation): row for row in rows}
    uses = [
        _counted_up(known.get((buyer, name)) or OperationUse(buyer_id=buyer, operation=name), lines)
        for (buyer, name), lines in called.items()
    ]
    OperationUse.objects.bulk_create(
        uses,
        update_conflicts=True,
        unique_fields=["buyer", "operation"],
        update_fields=["calls", "faults", "last_at", "last_outcome", "last_fault_at"],
    )


def _counted_up(use: OperationUse, lines: Sequence[Line]) -> OperationUse:
    use.pk = None  # the row is found by its buyer and operation
    faults = [line for line in lines if line.outcome != OK]
    use.calls += len(lines)
    use.faults += len(faults)
    use.last_at, use.last_outcome = lines[-1].at, lines[-1].outcome
    if faults:
        use.last_fault_at = faults[-1].at
    return use


def _count_rules(ours: Sequence[tuple[int, Line]]) -> None:
    broken: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for buyer, line in ours:
        for rule in line.broken:
            broken[buyer, rule].append(line)
    if not broken:
        return
    rows = RuleBroken.objects.select_for_update().filter(buyer__in={buyer for buyer, _ in broken})
    known = {(row.buyer_id, row.rule): row for row in rows}
    noted = []
    for (buyer, rule), lines in broken.items():
        row = known.get((buyer, rule)) or RuleBroken(buyer_id=buyer, rule=rule, first_at=lines[0].at)
        row.pk = None
        row.times += len(lines)
        row.last_at = lines[-1].at
        noted.append(row)
    RuleBroken.objects.bulk_create(
        noted, update_conflicts=True, unique_fields=["buyer", "rule"], update_fields=["times", "last_at"]
    )


def _note_last_calls(lines: Iterable[Line]) -> None:
    """Of those alone who proved who they are."""
    latest = {line.buyer: line.at for line in lines if line.buyer is not None}
    if not latest:
        return
    last = max(latest.values())
    rows = Buyer.objects.filter(pk__in=latest).exclude(last_call_at__gt=last - LAST_CALL_IS_GOOD_FOR)
    rows.update(last_call_at=last)
