"""How times, sizes, states and school numbers look, everywhere alike."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import resolve
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schoolgate.commons.accounts.access import may_open

register = template.Library()

# Colour only repeats what the word says.
STATE_COLOURS = {
    "good": {
        "good",
        "delivered",
        "imported",
        "completed",
        "done",
        "active",
        "accepted",
        "received",
        "collected",
        "yes",
        "ok",
        "all right",
        "used",
        "new",
        "taken by the school",
        "passed",
        "successful",
        "works",
        "goes on",
        "goes on apart",
        "starts",
        "sent",
        "complete",
        "authorised for payment",
        "exported",
        "cheapest",
    },
    "busy": {
        "ready",
        "sending",
        "running",
        "processing",
        "queued",
        "invited",
        "in progress",
        "waiting for the school",
        "pending",
        "collecting",
        "importing",
        "asked of the school",
        "authorised",
    },
    "warning": {
        "look",
        "retrying",
        "waiting",
        "to authorise",
        "waiting for you",
        "waits for you",
        "warn",
        "warning",
        "part invoiced",
        "unsure",
        "unsure whether it arrived",
        "parked",
        "late",
        "waiting long",
        "ends soon",
        "not known",
        "not yet",
        "stops",
        "leaves",
        "over in part",
    },
    "bad": {
        "bad",
        "needs attention",
        "failed",
        "rejected",
        "held back",
        "refused",
        "locked",
        "error",
        "not received",
        "not accepted",
        "cannot sign in",
        "wrong",
        "expired",
        "ended",
        "trouble",
        "over budget",
    },
}


def state_colour(state: str) -> str:
    """The family of a state's colour: good, busy, warning, bad, or quiet for what nobody needs to look at."""
    word = state.lower()
    return next((colour for colour, states in STATE_COLOURS.items() if word in states), "quiet")


@register.filter
def state(text: Any) -> SafeString:
    """A state as a tag: the word, with the colour of its family; one that knows its own tag keeps it."""
    if not text:
        return SafeString("")
    # Words written in a template are safe strings, and plain ones.
    if hasattr(text, "__html__") and not isinstance(text, SafeString):
        return SafeString(text.__html__())
    word = str(text)
    shown = word[:1].upper() + word[1:]
    return format_html('<strong class="tag tag-{}">{}</strong>', state_colour(word), shown)


@register.filter
def colour(text: Any) -> str:
    """The colour family of a state, for pictures."""
    return state_colour(str(text))


@register.filter
def sign(text: Any) -> str:
    """The sign that stands for a state's family where there is no room for the word."""
    return {"good": "✓", "busy": "…", "warning": "!", "bad": "✗"}.get(state_colour(str(text)), "–")


@register.filter
def london(moment: datetime | None) -> SafeString:
    """A moment in London, to the minute: "Thu 19 Nov 18:30", with the year when it is another one."""
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    text = f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def day(when: date | None) -> SafeString:
    """A day: "14 Feb 2013"."""
    if when is None:
        return SafeString("")
    return format_html('<time datetime="{}">{} {} {}</time>', when.isoformat(), when.day, f"{when:%b}", when.year)


def clock_time(moment: datetime) -> str:
    """The time of day in London: "15:40". A started minute counts, so that who waits for it comes late enough."""
    local = timezone.localtime(moment + timedelta(seconds=59))
    return f"{local:%H:%M}"


@register.filter
def london_seconds(moment: datetime | None) -> SafeString:
    """A moment in London to the second: "Thu 19 Nov 2026 18:30:05"."""
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment)
    text = f"{local:%a} {local.day} {local:%b %Y %H:%M:%S}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def size(number: int | None) -> str:
    """Bytes as people say them: "840 bytes", "1.2 MB" (1 MB is 1,000,000 bytes)."""
    if number is None:
        return ""
    if number < 1000:
        return f"{number} byte{'' if number == 1 else 's'}"
    value = float(number)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    raise AssertionError("unreachable")


@register.filter
def school_number(number: str) -> SafeString:
    """Seven digits with a gap between authority and school that copying leaves out: 820 4321."""
    text = str(number or "")
    if len(text) != 7:
        return format_html('<span class="code">{}</span>', text)
    return format_html('<span class="code school-number"><span>{}</span><span>{}</span></span>', text[:3], text[3:])


@register.filter
def thousands(number: int | None) -> str:
    """12,345."""
    return "" if number is None else f"{number:,}"


@register.filter
def money(amount: Decimal | None) -> str:
    """An amount with its pence, and with what is beyond them only where there is something: 1,234.50, 0.0125."""
    if amount is None:
        return ""
    whole, _, pence = f"{amount:,f}".partition(".")
    return f"{whole}.{pence.rstrip('0').ljust(2, '0')}"


@register.filter
def quantity(number: Decimal | None) -> str:
    """A quantity or a rate without idle zeros: 10, 17.5."""
    return "" if number is None else f"{number.normalize():f}"


@register.simple_tag(takes_context=True)
def step(context: template.Context, address: str, words: str) -> SafeString:
    """What a line of a first page leads to: a link for those who may go there, else who can."""
    if may_open(context.get("user"), resolve(urlsplit(address).path).func):
        return format_html('<a href="{}">{}</a>', address, words)
    return format_html('<span class="quiet">{}</span>', "An administrator of this site can see to it.")
