"""How a line of a basket comes to its fund, ledger code and cost centre (seed; reference 9.1): all of it stands here.

1. The template that fits the login and the line's cost centre gives all three (`templates.py` says which one fits).
   None fits: the line is not coded, and its document waits.
2. Where the supplier's site has a ledger code for the line, that one is taken instead of the template's, if it is
   linked with the template's fund and a cost centre: the line's own, if that is a code of the year; else the
   template's. If it is linked with neither, the template's three stand.

The fund always is a template's, since no document has one. No closed code or link is ever given.
"""

from dataclasses import dataclass

from schoolgate.school.purchasing.models import Coding, CodingTemplate, FinancialYear
from schoolgate.school.purchasing.templates import template_for

_MOST_WHY = 200


@dataclass(frozen=True, slots=True)
class Coded:
    """A coding, and how the line came to it, in words for its page."""

    coding: Coding
    why: str


@dataclass(frozen=True, slots=True)
class NotCoded:
    """Nothing codes the line; `said` is why."""

    said: str


def code_line(year: FinancialYear, login: str, cost_centre: str, ledger_code: str) -> Coded | NotCoded:
    """Code a line of a basket that `login` filled, by what the supplier's site has for it; each may be empty."""
    template = template_for(year, login, cost_centre)
    if template is None:
        who = f"for {login}" if login else "without a login"
        return NotCoded(f"No coding template fits a line {who} {_with(cost_centre)}, and there is no default one.")
    by_template = _name(template)
    if not ledger_code:
        return _coded(template.coding, f"By {by_template}.")
    own_centre = _linked(template, ledger_code, cost_centre) if cost_centre else None
    if own_centre is not None:
        return _coded(
            own_centre, f"Ledger code and cost centre are the supplier’s site’s, the fund is by {by_template}."
        )
    with_templates = _linked(template, ledger_code, template.coding.cost_centre.code)
    if with_templates is not None:
        return _coded(with_templates, f"The ledger code is the supplier’s site’s, all else is by {by_template}.")
    return _coded(
        template.coding, f"By {by_template}: ledger code {ledger_code} of the supplier’s site is not linked there."
    )


def _linked(template: CodingTemplate, ledger_code: str, cost_centre: str) -> Coding | None:
    """The open coding of the template's fund with these two codes, in whatever capitals."""
    codings = Coding.objects.filter(
        fund=template.coding.fund,
        ledger_code__code__iexact=ledger_code,
        cost_centre__code__iexact=cost_centre,
    ).select_related("fund", "ledger_code", "cost_centre")
    return next((coding for coding in codings if coding.is_open), None)


def _name(template: CodingTemplate) -> str:
    if not template.login and not template.cost_centre:
        return "the default template"
    return f"the template for {template}"


def _with(cost_centre: str) -> str:
    return f"with cost centre {cost_centre}" if cost_centre else "without a cost centre"


def _coded(coding: Coding, why: str) -> Coded:
    return Coded(coding, why[:_MOST_WHY])
