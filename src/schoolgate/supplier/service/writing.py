"""Writing calls into the log, with everything that is counted of them, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, NamedTuple

from schoolgate.commons.prepared import Inserting
from schoolgate.commons.turns import together
from schoolgate.supplier.models import Buyer, Call, OperationUse, RuleBroken
from schoolgate.supplier.queue.fetching import Fetch, note_fetches
from schoolgate.supplier.service.log import LAST_CALL_IS_GOOD_FOR, OK, Line
from schoolgate.wire.soap.contract import OPERATIONS


class _Buyer(NamedTuple):
    pk: int
    supplier: int


def write_lines(lines: Sequence[Line]) -> None:
    """Write calls; count operations and broken rules at the buyers whose user names came with them.

    The user name is enough: who looks for what goes wrong at a school must find its wrong passwords too.
    """
    named = _buyers_named(lines)
    ours = [(named[line.user].pk, line) for line in lines if line.user in named]
    # Made ready beforehand: schools' calls wait while this writes.
    writes = [
        Inserting(Call, [_call(line, named.get(line.user)) for line in lines]),
        Inserting(OperationUse, _uses(ours), _COUNT_USE),
        Inserting(RuleBroken, _broken(ours), _COUNT_RULE),
    ]
    fetches = [Fetch(line.fetched, line.at) for line in lines if line.fetched is not None]
    latest = {line.buyer: line.at for line in lines if line.is_news and line.buyer is not None}

    def write_all() -> None:
        for write in writes:
            write.run()
        if latest:
            _note_last_calls(latest)
        if fetches:
            note_fetches(fetches)

    together(write_all)


def _buyers_named(lines: Iterable[Line]) -> Mapping[str, _Buyer]:
    """By user names; nobody needs to be asked for of those who proved who they are."""
    known = {line.user: _Buyer(line.buyer, line.supplier) for line in lines if line.buyer and line.supplier}
    names = {line.user for line in lines if line.user and line.user not in known}
    if not names:
        return known
    rows = Buyer.objects.filter(account__username__in=names).order_by()
    found = rows.values_list("account__username", "pk", "supplier")
    return known | {name: _Buyer(pk, supplier) for name, pk, supplier in found}


def _call(line: Line, buyer: _Buyer | None) -> dict[str, Any]:
    return {
        "at": line.at,
        "supplier_id": buyer.supplier if buyer else None,
        "buyer_id": buyer.pk if buyer else None,
        "user": line.user[:150],
        "operation": line.operation[:100],
        "version": line.version,
        "outcome": line.outcome,
        "sentence": line.sentence[:500],
        "doc_id": line.doc_id[:100],
        "broken": line.broken,
        "microseconds": line.microseconds,
        "address": _address(line.address),
        "client": line.client[:200],
        "request_id": line.request_id,
        "request": line.request,
        "answer": line.answer,
    }


@lru_cache(maxsize=1024)
def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _uses(ours: Sequence[tuple[int, Line]]) -> list[dict[str, Any]]:
    called: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for buyer, line in ours:
        if line.operation in OPERATIONS:
            called[buyer, line.operation].append(line)
    return [_use(buyer, name, called[buyer, name]) for buyer, name in sorted(called)]


def _use(buyer: int, operation: str, lines: Sequence[Line]) -> dict[str, Any]:
    faults = [line for line in lines if line.outcome != OK]
    return {
        "buyer_id": buyer,
        "operation": operation,
        "calls": len(lines),
        "faults": len(faults),
        "last_at": lines[-1].at,
        "last_outcome": lines[-1].outcome,
        "last_fault_at": faults[-1].at if faults else None,
    }


def _broken(ours: Sequence[tuple[int, Line]]) -> list[dict[str, Any]]:
    broken: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for buyer, line in ours:
        for rule in line.broken:
            broken[buyer, rule].append(line)
    return [
        {
            "buyer_id": buyer,
            "rule": rule,
            "times": len(lines),
            "first_at": lines[0].at,
            "last_at": lines[-1].at,
        }
        for (buyer, rule), lines in sorted(broken.items(), key=lambda found: found[0])
    ]


# Each is counted in its row itself, so that of two processes neither forgets what the other counted; all in one order,
# so that neither waits for a row of the other's.
_COUNT_USE = """
    ON CONFLICT (buyer_id, operation) DO UPDATE SET
    calls = supplier_operationuse.calls + excluded.calls,
    faults = supplier_operationuse.faults + excluded.faults,
    last_at = excluded.last_at,
    last_outcome = excluded.last_outcome,
    last_fault_at = COALESCE(excluded.last_fault_at, supplier_operationuse.last_fault_at)
"""
_COUNT_RULE = """
    ON CONFLICT (buyer_id, rule) DO UPDATE SET
    times = supplier_rulebroken.times + excluded.times,
    last_at = excluded.last_at
"""


def _note_last_calls(latest: Mapping[int, datetime]) -> None:
    last = max(latest.values())
    rows = Buyer.objects.filter(pk__in=list(latest)).exclude(last_call_at__gt=last - LAST_CALL_IS_GOOD_FOR)
    rows.update(last_call_at=last)
