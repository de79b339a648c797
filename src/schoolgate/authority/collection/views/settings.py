"""A school's settings for one system, as the authority and the school's own people enter and test them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.connecting import tested
from schoolgate.authority.collection.connection_forms import ConnectionForm
from schoolgate.authority.collection.connections import (
    FOR_GOOD,
    ConnectionRefused,
    connection_for,
    enter,
    known_to,
    may_see_values,
    try_out,
)
from schoolgate.authority.collection.models import Connection
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.wire.mis.connector import Check, Connector, Trouble
from schoolgate.wire.mis.registry import connector_named

WRONG = {
    Trouble.CREDENTIAL: "The credentials are wrong",
    Trouble.KEY: "The key is wrong",
    Trouble.CONSENT: "The school has not consented",
    Trouble.SCOPE: "The scope is wrong",
    Trouble.NETWORK: "The network is in the way",
    Trouble.DATA: "The data is wrong",
    Trouble.BUSY: "The service is busy",
    Trouble.DOWN: "The service is down",
}
"""By what went wrong, in a few words; the sentence of the call says more."""


@dataclass(frozen=True)
class Named:
    """A connector for templates, which would call the class itself."""

    name: str
    label: str

    @classmethod
    def of(cls, kind: type[Connector]) -> "Named":
        return cls(kind.name, kind.label)


@dataclass(frozen=True)
class Way:
    """A system that a base might be collected through: what is entered, and how it stands."""

    system: Named
    connection: Connection | None
    in_use: bool

    @classmethod
    def of(cls, base: Base, kind: type[Connector]) -> "Way":
        return cls(Named.of(kind), connection_for(base, kind), base.mis == kind.name)

    @property
    def wrong(self) -> str:
        """What the last test, or a run, found wrong."""
        trouble = self.connection.trouble if self.connection else ""
        return WRONG[Trouble(trouble)] if trouble in set(Trouble) else ""


def kind_named(connector: str) -> type[Connector]:
    """The connector that an address names. Raises Http404."""
    try:
        return connector_named(connector)
    except KeyError:
        raise Http404 from None


def settings_page(
    request: PersonRequest, base: Base, kind: type[Connector], template: str, *, back: str
) -> HttpResponseBase:
    """The form of the settings: to save, or only to test; `back` is where it leads when they are saved."""
    found = connection_for(base, kind)
    known = known_to(request.user, found)
    form = ConnectionForm(request.POST if request.method == "POST" else None, kind=kind, known=known)
    check: Check | None = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "test":
            check = try_out(base, kind, form.values, by=request.user)
        elif _save(request, form, base, kind):
            return redirect(back)
        found = connection_for(base, kind)
    context = {
        "base": base,
        "system": Named.of(kind),
        "form": form,
        "connection": found,
        "kept_from": found is not None and not may_see_values(request.user, found),
        "seen": found.entered_at.isoformat() if found else "",
        "check": check,
        "wrong": WRONG[check.trouble] if check and check.trouble else "",
        "in_use": base.mis == kind.name,
        "for_good": kind.name in FOR_GOOD,
        "cancel": back,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _save(request: PersonRequest, form: ConnectionForm, base: Base, kind: type[Connector]) -> bool:
    found = connection_for(base, kind)
    if request.POST.get("seen", "") != (found.entered_at.isoformat() if found else ""):
        form.add_error(
            None, "Somebody else has changed these settings meanwhile. Look at them, then enter yours again."
        )
        return False
    try:
        _, changed = enter(
            base,
            kind,
            form.values,
            seen=found.entered_at if found else None,
            by=request.user,
            request=request,
        )
    except ConnectionRefused as refused:
        form.add_error(None, str(refused))
        return False
    for doubt in form.doubts:
        messages.warning(request, doubt)
    if not changed:
        messages.info(request, "Nothing was changed.")
    elif request.POST.get("do") == "save":
        messages.success(request, f"Saved: {', '.join(changed)}. Test these settings to know that they work.")
    if request.POST.get("do") == "save-and-test":
        _say(request, try_out(base, kind, form.values, by=request.user))
    return True


def test_saved(request: PersonRequest, base: Base, kind: type[Connector]) -> None:
    """Make one real data call with the saved settings, whoever entered them, and say how it went. Raises Http404."""
    found = connection_for(base, kind)
    if found is None:
        raise Http404
    _say(request, tested(found))


def _say(request: PersonRequest, check: Check) -> None:
    if check.trouble is None:
        messages.success(request, check.sentence or "These settings work.")
    else:
        messages.error(request, f"{WRONG[check.trouble]}. {check.sentence}")
