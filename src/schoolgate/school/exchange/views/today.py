"""The first page."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone

from schoolgate.commons.accounts.access import PersonRequest, may_open, who
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.web.charts import strip
from schoolgate.school.exchange.asking import EXPORT
from schoolgate.school.exchange.forms.sending import SendForm
from schoolgate.school.exchange.models import Destination, Transfer
from schoolgate.school.exchange.preferences import SCHOOL_NAME
from schoolgate.school.exchange.today import look_at_today
from schoolgate.school.exchange.words import StateWords

LAST = 5
MOST_EXCEPTIONS = 15
LIVE_SECONDS = 2


@who("administrator", "sender")
def today(request: PersonRequest) -> HttpResponseBase:
    """The school's name and the day, one green or red sentence, what to do, the schools that are not all right."""
    facts = look_at_today()
    exports = Job.objects.filter(kind=EXPORT, state__in=[JobState.READY, JobState.RUNNING])
    alone = facts.board.schools[0] if len(facts.board.schools) == 1 else None
    lines = JournalLine.objects.visible_to(request.user).shown()
    context = {
        "school": SCHOOL_NAME.get() or (alone.name if alone else ""),
        "alone": alone,
        "now": timezone.localtime(),
        "today": facts,
        "exports": exports,
        "live_seconds": LIVE_SECONDS if exports.exists() or facts.under_way else 0,
        "exceptions": facts.board.exceptions[:MOST_EXCEPTIONS],
        "more_exceptions": max(0, len(facts.board.exceptions) - MOST_EXCEPTIONS),
        "strip": strip("Files received by the LA, by week", facts.weeks),
        "last": [(one, StateWords(one)) for one in Transfer.objects.visible_to(request.user).lean()[:LAST]],
        "journal": lines[:LAST],
        "form": SendForm(),
        "contacts": Destination.objects.visible_to(request.user).exclude(contact=""),
        "may_schedule": may_open(request.user, resolve(reverse("schedule")).func),
        "can_send": Destination.objects.exists(),
    }
    return render(request, "school_exchange/today.html", context)
