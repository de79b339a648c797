"""The first page."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.web.charts import strip
from schoolgate.school.exchange.asking import EXPORT
from schoolgate.school.exchange.forms.sending import SendForm
from schoolgate.school.exchange.models import Destination, Transfer
from schoolgate.school.exchange.preferences import SCHOOL_NAME
from schoolgate.school.exchange.today import look_at_today
from schoolgate.school.exchange.words import StateWords

LAST = 5
LIVE_SECONDS = 2


@who("administrator", "sender")
def today(request: PersonRequest) -> HttpResponseBase:
    """The school's name and the day, one green or red sentence, what to do, Send a file, the last deliveries."""
    facts = look_at_today()
    exports = Job.objects.filter(kind=EXPORT, state__in=[JobState.READY, JobState.RUNNING])
    context = {
        "school": SCHOOL_NAME.get(),
        "now": timezone.localtime(),
        "today": facts,
        "exports": exports,
        "live_seconds": LIVE_SECONDS if exports.exists() or facts.under_way else 0,
        "strip": strip("Files received by the LA, by week", facts.weeks),
        "last": [(one, StateWords(one)) for one in Transfer.objects.visible_to(request.user).lean()[:LAST]],
        "form": SendForm(),
        "contacts": Destination.objects.visible_to(request.user).exclude(contact=""),
        "can_send": Destination.objects.exists(),
    }
    return render(request, "school_exchange/today.html", context)
