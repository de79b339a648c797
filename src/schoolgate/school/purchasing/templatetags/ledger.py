"""What every page of the ledger has in its header."""

from typing import Any

from django import template

from schoolgate.school.purchasing.access import may
from schoolgate.school.purchasing.models import FinancialYear, Order, OrderState
from schoolgate.school.purchasing.sending import service_of
from schoolgate.school.purchasing.years import current_year, looked_at

register = template.Library()


@register.simple_tag
def financial_year() -> FinancialYear | None:
    """The year that the ledger is in."""
    return current_year()


@register.simple_tag(takes_context=True)
def year_looked_at(context: template.RequestContext) -> FinancialYear | None:
    """The year whose set-up this person looks at, where it is another one."""
    chosen = looked_at(context["request"])
    return chosen if chosen != current_year() else None


@register.inclusion_tag("school_purchasing/sending_steps.html", takes_context=True)
def sending_steps(context: template.RequestContext, order: Order) -> dict[str, Any]:
    """What this person may do for an order that nobody is sure of, or that has not gone out."""
    may_send = may(context["user"], "sends")
    return {
        "order": order,
        "unsure": may_send and order.state == OrderState.UNSURE,
        "not_out": may_send and order.state == OrderState.AUTHORISED and bool(order.said) and service_of(order),
    }
