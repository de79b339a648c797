"""*Alerts*: who is told what, when (SCREENS 5.3). Everybody chooses for themselves; administrators see all."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, signed_in, who
from schoolgate.commons.accounts.models import ADMINISTRATOR, User
from schoolgate.commons.alerts.choosing import choices_of, choose, listeners
from schoolgate.commons.alerts.forms import ChoicesForm, SummaryTimeForm
from schoolgate.commons.alerts.kinds import DAILY_SUMMARY
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.smtp import is_set_up, server_address
from schoolgate.commons.alerts.summary import send_sample, set_summary_time, summary_time
from schoolgate.commons.web.tables import Column, NotYet, Table

LAST_MAILS = 5


@signed_in
def alerts(request: PersonRequest) -> HttpResponseBase:
    """One's own alerts; for administrators everybody's below."""
    person = request.user
    choices = ChoicesForm(request.POST if request.method == "POST" else None, chosen=choices_of([person]))
    if choices.is_valid():
        choose(person, choices.on, by=person, request=request)
        messages.success(request, "Saved.")
        return redirect("alerts")
    return _page(request, choices, SummaryTimeForm(initial={"at": summary_time()}))


@who(ADMINISTRATOR)
@require_POST
def set_time(request: PersonRequest) -> HttpResponseBase:
    """Set when the daily summary is made."""
    form = SummaryTimeForm(request.POST)
    if not form.is_valid():
        return _page(request, ChoicesForm(chosen=choices_of([request.user])), form)
    set_summary_time(form.cleaned_data["at"], by=request.user, request=request)
    messages.success(request, f"The daily summary is mailed at {form.cleaned_data['at']:%H:%M} from now on.")
    return redirect("alerts")


@signed_in
@require_POST
def sample(request: PersonRequest) -> HttpResponseBase:
    """Send oneself the summary as it would be now; it is for those only who may have it."""
    if not DAILY_SUMMARY.may_have(request.user):
        raise PermissionDenied
    if not is_set_up():
        messages.error(request, "This site has no mail server, so no sample can be sent.")
    elif not request.user.email:
        messages.error(request, "You have no e-mail address. Enter it at My account first.")
    elif send_sample(request.user) is None:
        messages.success(request, "A sample is on its way already. The next can be sent in a minute.")
    else:
        messages.success(request, f"A sample is on its way to {request.user.email}. What became of it stands below.")
    return redirect("alerts")


def _page(request: PersonRequest, choices: ChoicesForm, time_form: SummaryTimeForm) -> HttpResponseBase:
    is_administrator = request.user.role == ADMINISTRATOR
    people = list(User.objects.visible_to(request.user).people().filter(is_active=True))
    table = Table(
        [
            Column("person__username", "Person", search=True, value=lambda chosen: str(chosen.person)),
            Column("words", "Alert", search=True),
            Column("state", "On", kind="state"),
            Column("to", "To", search=True, kind="long"),
            Column("how", "How"),
            Column("last_sent", "Last sent", kind="time"),
        ],
        choices_of(people),
        request,
        name="alerts",
        noun=("alert", "alerts"),
        empty=NotYet("Nobody here can be told of anything."),
    )
    own = Mail.objects.filter(person=request.user).select_related("job")
    context = {
        "choices": choices,
        "time_form": time_form,
        "is_administrator": is_administrator,
        "server": server_address() if is_set_up() else "",
        "may_have_summary": DAILY_SUMMARY.may_have(request.user),
        "nobody": not listeners(DAILY_SUMMARY),
        "mails": own[:LAST_MAILS],
        "stuck": Mail.objects.visible_to(request.user).stuck().select_related("job", "person")[:LAST_MAILS],
    }
    return table.response("alerts/alerts.html", context)
