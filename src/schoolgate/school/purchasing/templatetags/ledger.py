"""What every page of the ledger has in its header."""

from typing import Any

from django import template
from django.urls import resolve, reverse

from schoolgate.school.purchasing.access import may
from schoolgate.school.purchasing.copies import came_before
from schoolgate.school.purchasing.invoicing.rules import rule_of as invoice_rule_of
from schoolgate.school.purchasing.mailing import handshake
from schoolgate.school.purchasing.models import FetchedDocument, FinancialYear, Order, OrderState
from schoolgate.school.purchasing.rules import Rule, rule_of
from schoolgate.school.purchasing.sending import goes_out
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
        "not_out": may_send and order.state == OrderState.AUTHORISED and bool(order.said) and goes_out(order),
    }


@register.simple_tag
def why_it_waits(document: FetchedDocument) -> str:
    """Why a document waits, as things stand now: what became of the first of two copies may have changed since."""
    if document.first is not None:
        return came_before(document.first, document)
    return document.said or "It was kept out and taken back. Try again brings it in."


@register.inclusion_tag("school_purchasing/what_next.html", takes_context=True)
def what_next(context: template.RequestContext, document: FetchedDocument) -> dict[str, Any]:
    """What to do about a document that waits, with the page where it is done for who may do it."""
    rule: Rule[Any] | None
    if document.mailed:
        rule = handshake.rule_of(document.rule)
    elif document.kind == FetchedDocument.Kind.ORDER:
        rule = rule_of(document.rule)
    else:
        rule = invoice_rule_of(document.rule)
    page = resolve(reverse(rule.page[0])).func if rule is not None and rule.page is not None else None
    return {"rule": rule, "may_open": page is not None and page.may(context["user"])}  # type: ignore[attr-defined]
