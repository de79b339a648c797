"""The chart of accounts of a year: funds, ledger codes, cost centres, and which three of them are linked (seed).

Nothing is coded to what is not linked. What is used is closed and never taken away, so that old orders still say what
they were coded to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import Coding, CostCentre, FinancialYear, Fund, LedgerCode
from schoolgate.school.purchasing.years import require_open

AccountCode: TypeAlias = Fund | LedgerCode | CostCentre


@dataclass(frozen=True)
class Kind:
    """A kind of account code: its model, its word for one and for many, and its field in a link."""

    model: type[Fund] | type[LedgerCode] | type[CostCentre]
    one: str
    many: str
    field: str


KINDS: Mapping[str, Kind] = {
    "funds": Kind(Fund, "fund", "funds", "fund"),
    "ledger-codes": Kind(LedgerCode, "ledger code", "ledger codes", "ledger_code"),
    "cost-centres": Kind(CostCentre, "cost centre", "cost centres", "cost_centre"),
}
"""The three kinds by their name in addresses."""


THREE = tuple(kind.field for kind in KINDS.values())
"""The fields of a link."""


def kind_of(code: AccountCode) -> Kind:
    """Which kind a code is of."""
    return next(kind for kind in KINDS.values() if isinstance(code, kind.model))


def usable_in(year: FinancialYear | None) -> "QuerySet[Coding]":
    """What a line may be coded to in a year: the links that are open, as all three of them are."""
    linked = Coding.objects.filter(year=year, open=True).select_related(*THREE)
    return linked.filter(**{f"{field}__open": True for field in THREE})


def link_in(year: FinancialYear, three: str) -> Coding | None:
    """The usable coding of a year that is written so, as `01 / E19 / ENG`, in whatever capitals; None: it has none."""
    written = Concat("fund__code", Value(" / "), "ledger_code__code", Value(" / "), "cost_centre__code")
    return usable_in(year).annotate(written=written).filter(written__iexact=three).first()


def save_code(
    code: AccountCode,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Make an account code or change its code, name, and whether it is open; False: nothing was other than before.

    Codes are one code in capital and small letters. Raises SetUpRefused (also for a closed year) and ChangedMeanwhile.
    """
    with transaction.atomic():
        require_open(code.year)
        changed = put_code(code, values, seen=seen, by=by, request=request)
        if changed:
            coding_changed.send(sender=type(code), year=code.year)
    return changed


def put_code(
    code: AccountCode,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """As `save_code`, for whoever saves many in one transaction: holds the year, and tells of all, themselves."""
    kind = kind_of(code)
    wanted = values.get("code", code.code)
    if kind.model.objects.filter(year=code.year, code__iexact=wanted).exclude(pk=code.pk).exists():
        raise SetUpRefused({"code": f"There is a {kind.one} “{wanted}” in {code.year} already."})
    return changing.save(code, values, what=kind.one, seen=seen, by=by, request=request)


def save_link(
    link: Coding,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Link the three that a new `link` names, or change a link's budget and whether it is open.

    The three of a link stay what they are. The budget is the year's, net of VAT. Raises as `save_code` does.
    """
    with transaction.atomic():
        require_open(link.year)
        changed = put_link(link, values, seen=seen, by=by, request=request)
        if changed:
            coding_changed.send(sender=Coding, year=link.year)
    return changed


def put_link(
    link: Coding,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """As `save_link`, for whoever saves many in one transaction: holds the year, and tells of all, themselves."""
    new = link.pk is None
    if new:
        three: Mapping[str, Any] = {
            "fund": link.fund,
            "ledger_code": link.ledger_code,
            "cost_centre": link.cost_centre,
        }
        if any(code.year_id != link.year_id for code in three.values()):
            raise SetUpRefused(f"The three are not all of the financial year {link.year}.")
        if Coding.objects.filter(**three).exists():
            raise SetUpRefused(f"{link} are linked already.")
    return changing.save(link, values, what="link", seen=seen, by=by, request=request)


def remove(row: AccountCode | Coding, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Take away a code or a link that nothing uses. Raises SetUpRefused where something does, and for a closed year."""
    with transaction.atomic():
        require_open(row.year)
        changing.remove(row, what="link" if isinstance(row, Coding) else kind_of(row).one, by=by, request=request)
