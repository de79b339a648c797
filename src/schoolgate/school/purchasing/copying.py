"""Taking a year's structures over into another: funds, ledger codes, cost centres, links, templates, budgets."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.chart import KINDS
from schoolgate.school.purchasing.models import Coding, CodingTemplate, FinancialYear
from schoolgate.school.purchasing.years import require_open


@dataclass(frozen=True)
class Copied:
    """How many were made; what was in the year already stayed as it was."""

    codes: int
    links: int
    templates: int

    def __str__(self) -> str:
        counted = {"code": self.codes, "link": self.links, "coding template": self.templates}
        return ", ".join(f"{number:,} {what}{'' if number == 1 else 's'}" for what, number in counted.items())


def copy_structures(
    from_year: FinancialYear,
    to_year: FinancialYear,
    by: User | None,
    *,
    budgets: bool = False,
    request: HttpRequest | None = None,
) -> Copied:
    """Make in one year what is open in another and missing there; said again, nothing is made twice.

    `budgets`: links that are made take their budget along; else they have none. Raises SetUpRefused: the year is
    closed, or the two are one.
    """
    if from_year == to_year:
        raise SetUpRefused("A year cannot be copied into itself.")
    with transaction.atomic():
        require_open(to_year)
        made: dict[tuple[str, int], Any] = {}
        codes = 0
        for kind in KINDS.values():
            here = {code.code.upper(): code for code in kind.model.objects.filter(year=to_year)}
            for code in kind.model.objects.filter(year=from_year, open=True):
                copy = here.get(code.code.upper())
                if copy is None:
                    copy = kind.model.objects.create(year=to_year, code=code.code, name=code.name)
                    codes += 1
                made[kind.field, code.pk] = copy
        links = _copy_links(from_year, to_year, made, budgets=budgets)
        copied = Copied(codes, links[0], _copy_templates(from_year, to_year, links[1], by))
        details = f"{copied}, {'with' if budgets else 'without'} budgets"
        record("structures copied", by=by, target=f"{from_year} → {to_year}", details=details, request=request)
        coding_changed.send(sender=FinancialYear, year=to_year)
    return copied


def _copy_links(
    from_year: FinancialYear, to_year: FinancialYear, made: dict[tuple[str, int], Any], *, budgets: bool
) -> tuple[int, dict[int, Coding]]:
    """How many links were made, and each link of the year that is copied with the one that stands for it."""
    fields = [kind.field for kind in KINDS.values()]
    here = {
        tuple(getattr(link, f"{field}_id") for field in fields): link for link in Coding.objects.filter(year=to_year)
    }
    count, stands_for = 0, {}
    for link in Coding.objects.filter(year=from_year, open=True):
        three = {field: made[field, pk] for field in fields if (field, pk := getattr(link, f"{field}_id")) in made}
        if len(three) < len(fields):
            # One of the three is closed: nothing could be coded to the link.
            continue
        key = tuple(code.pk for code in three.values())
        if key not in here:
            budget = link.budget if budgets else None
            here[key] = Coding.objects.create(year=to_year, budget=budget, **three)
            count += 1
        stands_for[link.pk] = here[key]
    return count, stands_for


def _copy_templates(
    from_year: FinancialYear, to_year: FinancialYear, stands_for: dict[int, Coding], by: User | None
) -> int:
    def key(template: CodingTemplate) -> tuple[str, str]:
        return template.login.lower(), template.cost_centre.lower()

    here = {key(template) for template in CodingTemplate.objects.filter(year=to_year)}
    count = 0
    for template in CodingTemplate.objects.filter(year=from_year):
        coding = stands_for.get(template.coding_id)
        if coding is not None and key(template) not in here:
            CodingTemplate.objects.create(
                year=to_year, login=template.login, cost_centre=template.cost_centre, coding=coding, changed_by=by
            )
            count += 1
    return count
