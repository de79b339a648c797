"""Coding templates: which fund, ledger code and cost centre a line gets by who filled the basket and by the cost
centre that the supplier's site had for the line (seed).

The most specific one that fits wins:

1. one for this login and this cost centre,
2. one for this login,
3. one for this cost centre,
4. the default, for anybody and any cost centre.

The seed does not say whether login or cost centre comes first. Here the login does: it says who spends the school's
money, where a supplier's field for a cost centre is often filled by the site itself. Who wants the cost centre to
decide for somebody adds a template for both. A template whose coding is closed is passed over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import CodingTemplate, FinancialYear, OrderLine
from schoolgate.school.purchasing.years import require_open


def template_for(year: FinancialYear, login: str, cost_centre: str) -> CodingTemplate | None:
    """The template of the year that codes a line of a basket that `login` filled; None: none fits.

    Logins and cost centres are compared without regard to capitals and to blanks around them.
    """
    return _winner(_usable(year), login, cost_centre)


def save_template(
    template: CodingTemplate,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> bool:
    """Make a template of this login, cost_centre and coding, or make one that is there so; False: it is so already.

    Raises SetUpRefused: there is one for this login and cost centre, the coding is of another year or closed, the year
    is closed; and ChangedMeanwhile.
    """
    with transaction.atomic():
        require_open(template.year)
        same = (_key(values["login"]), _key(values["cost_centre"]))
        others = CodingTemplate.objects.filter(year=template.year).exclude(pk=template.pk)
        if any((_key(other.login), _key(other.cost_centre)) == same for other in others):
            raise SetUpRefused("There is a template for this login and this cost centre already. Change that one.")
        coding = values["coding"]
        if coding.year_id != template.year_id or not coding.is_open:
            raise SetUpRefused({"coding": f"{coding} is closed, or not of {template.year}. Choose another."})
        if changed := changing.save(template, values, what="coding template", seen=seen, by=by, request=request):
            CodingTemplate.objects.filter(pk=template.pk).update(changed_at=timezone.now(), changed_by=by)
            coding_changed.send(sender=CodingTemplate, year=template.year)
    return changed


def remove_template(template: CodingTemplate, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Take a template away; lines that it coded stay as they are. Raises SetUpRefused for a closed year."""
    with transaction.atomic():
        require_open(template.year)
        changing.remove(template, what="coding template", by=by, request=request)


@dataclass(frozen=True)
class Reach:
    """How many lines of the year's baskets a template fits, and how many of those it codes, as things stand now.

    `beaten_by` are the more specific templates that code the others.
    """

    fits: int = 0
    wins: int = 0
    beaten_by: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """In words, for its list."""
        if not self.fits:
            return "No line so far"
        if not self.wins:
            return f"None of {self.fits:,} lines: {' and '.join(self.beaten_by)} wins"
        return f"{self.wins:,} of {self.fits:,} lines"


def reach_of(year: FinancialYear) -> Mapping[int, Reach]:
    """How far each template of the year reaches, by its id; lines are those of the year's orders that came in."""
    templates = list(CodingTemplate.objects.filter(year=year).select_related("coding"))
    usable = _usable(year)
    lines = OrderLine.objects.filter(order__year=year, order__document__isnull=False).order_by()
    reaches = {template.pk: Reach() for template in templates}
    for login, cost_centre, count in lines.values_list("order__basket_by", "cost_centre_sent").annotate(Count("pk")):
        winner = _winner(usable, login, cost_centre)
        for template in templates:
            if not _fits(template, login, cost_centre):
                continue
            reach, won = reaches[template.pk], template == winner
            beaten_by = () if won or winner is None else (str(winner),)
            reaches[template.pk] = Reach(
                reach.fits + count,
                reach.wins + count * won,
                tuple(dict.fromkeys((*reach.beaten_by, *beaten_by))),
            )
    return reaches


def _usable(year: FinancialYear) -> list[CodingTemplate]:
    coded = CodingTemplate.objects.filter(year=year).select_related(
        "coding__fund", "coding__ledger_code", "coding__cost_centre"
    )
    return [template for template in coded if template.coding.is_open]


def _winner(templates: Iterable[CodingTemplate], login: str, cost_centre: str) -> CodingTemplate | None:
    fitting = [template for template in templates if _fits(template, login, cost_centre)]
    return max(fitting, key=lambda template: (bool(template.login), bool(template.cost_centre)), default=None)


def _fits(template: CodingTemplate, login: str, cost_centre: str) -> bool:
    return all(
        not wanted or _key(wanted) == _key(given)
        for wanted, given in ((template.login, login), (template.cost_centre, cost_centre))
    )


def _key(text: str) -> str:
    return text.strip().casefold()
