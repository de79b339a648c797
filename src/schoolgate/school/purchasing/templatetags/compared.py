"""Prices of other suppliers beside an order."""

from typing import Any

from django import template

from schoolgate.school.purchasing.models import Order, OrderState
from schoolgate.school.purchasing.reporting.comparing import cheaper_elsewhere

register = template.Library()

MOST_SHOWN = 20


@register.inclusion_tag("school_purchasing/cheaper.html")
def cheaper(order: Order) -> dict[str, Any]:
    """Lines of an unauthorised order that cost less elsewhere, those that save most on top; later it is too late."""
    found = cheaper_elsewhere(order) if order.state == OrderState.UNAUTHORISED else []
    most_first = sorted(found, key=lambda one: (-one.less * one.line.quantity, one.line.number))
    return {"cheaper": most_first[:MOST_SHOWN], "more": max(0, len(found) - MOST_SHOWN)}
