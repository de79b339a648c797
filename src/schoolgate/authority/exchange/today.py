"""Is everything all right, and if not, what is to be done?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base, BaseQuerySet
from schoolgate.authority.exchange.endings import day, ending_soon, sentence
from schoolgate.authority.exchange.import_job import ImportFile
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.importing.conflicts.piles import waiting_now
from schoolgate.authority.importing.models import AddressListLoad, Conflict, Import, ImportState, Unmatched
from schoolgate.authority.records.models import Restriction
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.mailing import SendMail
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.backups.standing import what_backups_need
from schoolgate.commons.jobs.health import health
from schoolgate.commons.jobs.models import Job, State

LICENCE_CODES = ("no-licence", "no-out-of-county-licence")
NAMED = 3
REFUSALS_STAND_FOR = timedelta(days=30)


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, and the step that cures it."""

    text: str
    step: str
    address: str


ALSO_TO_DO: list[Callable[[], list[ToDo]]] = []
"""What rooms above this one have to say on the first page: they add themselves."""
TOLD_IN_OWN_WORDS = [ImportFile.name, SendMail.name]
"""Kinds of jobs whose failures are told of by what they are about; rooms above add theirs."""


@dataclass(frozen=True)
class Today:
    """The first page's facts. `to_do` empty means that all is well."""

    to_do: list[ToDo]
    received: int
    imported: int
    refused: int
    silent: int
    bases: int
    last: ReceivedFile | None


def look_at_today(reader: User | None = None) -> Today:
    """The state of this site now, as far as its reader (None: nobody in particular) may know; days are London's."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Today(
        to_do=[*_what_is_to_do(), *_restricted(reader), *_staff(reader)],
        received=ReceivedFile.objects.filter(received_at__gte=midnight).count(),
        imported=Import.objects.of_files().filter(completed_at__gte=midnight).count(),
        refused=RefusedDelivery.objects.filter(last_at__gte=midnight).count(),
        silent=never_heard_from().count(),
        bases=Base.objects.filter(active=True).count(),
        last=ReceivedFile.objects.select_related("base").first(),
    )


def never_heard_from() -> BaseQuerySet:
    """The schools that may send and never did, and of which nothing was collected either."""
    imports = Import.objects.filter(base=OuterRef("pk"))
    return Base.objects.filter(~Exists(imports), active=True, received_files=None)


def standing_refusals(now: datetime) -> QuerySet[RefusedDelivery]:
    """The refusals of the last month after which nothing of the same account has been taken."""
    cured = ReceivedFile.objects.filter(account=OuterRef("account"), received_at__gt=OuterRef("last_at"))
    return RefusedDelivery.objects.filter(~Exists(cured), last_at__gte=now - REFUSALS_STAND_FOR)


def _without_licence() -> list[ToDo]:
    """The schools that were turned away for want of a licence, and have none yet."""
    licensing = Licensing()
    since = timezone.now() - REFUSALS_STAND_FOR
    turned_away = Base.objects.filter(active=True, licence_missed_at__gte=since)
    missing = {base: licensing.missing(base) for base in turned_away}
    own = [base for base, code in missing.items() if code == "no-licence"]
    others = [base for base, code in missing.items() if code == "no-out-of-county-licence"]
    found = []
    if own:
        text = f"Nothing is taken from {named(own)}, refused for want of a licence."
        found.append(ToDo(text, "Give it", reverse("many-bases") + "?county=in&stands_on=none"))
    if others:
        text = f"There is no Out of County licence, so {named(others)} was refused."
        found.append(ToDo(text, "Set it", reverse("licences")))
    return found


def _imports(subject: Subject = PUPIL) -> list[ToDo]:
    """What waits for a person and what failed, as long as nobody has done anything about it."""
    found = []
    waiting = Import.objects.listed().filter(subject=subject).in_state(ImportState.WAITING).select_related("base")
    if count := waiting.count():
        found.append(
            _first_of(waiting, ImportState.WAITING, "A file waits for you:", f"{count:,} files wait for you.", "Decide")
        )
    failed = Import.objects.left_failed().filter(subject=subject).select_related("base")
    if count := failed.count():
        found.append(
            _first_of(failed, ImportState.FAILED, "An import failed:", f"{count:,} imports failed.", "See what to do")
        )
    return found


def _first_of(imports: QuerySet[Import], state: ImportState, one: str, many: str, step: str) -> ToDo:
    """Names the only one and leads to it; several are counted, and the list leads on."""
    first, *others = imports[:2]
    if others:
        return ToDo(many, step, f"{reverse('imports')}?stands={state}")
    return ToDo(f"{one} {first.source_name} from {first.base.name}.", step, reverse("import", args=[first.pk]))


def _conflicts() -> list[ToDo]:
    """Values that wait for a person, and since when; none of restricted pupils, since everybody reads this page."""
    waiting = waiting_now()
    if waiting.oldest is None:
        return []
    since = timezone.localtime(waiting.oldest)
    values = "One value waits" if waiting.conflicts == 1 else f"{waiting.conflicts:,} values wait"
    pupils = "one pupil" if waiting.pupils == 1 else f"{waiting.pupils:,} pupils"
    text = f"{values} for a decision, of {pupils}, the oldest since {since.day} {since:%B}."
    return [ToDo(text, "Clear conflicts", reverse("conflicts"))]


def _unmatched() -> list[ToDo]:
    """Pupils who wait for a person, and since when.

    None who might be restricted, and no staff, since everybody reads this page.
    """
    waiting = Unmatched.objects.unrestricted().pupils().filter(held_back=Unmatched.HeldBack.NO).order_by()
    found = waiting.aggregate(number=Count("pk"), oldest=Min("since"))
    if not found["number"]:
        return []
    since = timezone.localtime(found["oldest"])
    who = "One pupil matches" if found["number"] == 1 else f"{found['number']:,} pupils match"
    text = f"{who} nobody for sure, the oldest since {since.day} {since:%B}."
    return [ToDo(text, "Say who they are", reverse("unmatched"))]


def _address_list() -> list[ToDo]:
    """The newest list of addresses, where it waits for a person or was not loaded."""
    newest = AddressListLoad.objects.first()
    if newest is None or newest.state not in {AddressListLoad.State.ASKS, AddressListLoad.State.REFUSED}:
        return []
    asks = newest.state == AddressListLoad.State.ASKS
    text = "An address list waits for you." if asks else "An address list was not loaded."
    return [ToDo(f"{text} {newest.why_not}", "Decide" if asks else "Load another", reverse("address-list"))]


def _ending() -> list[ToDo]:
    soon = ending_soon()
    if not soon:
        return []
    if len(soon) == 1:
        return [ToDo(sentence(soon[0]), "See what to do", soon[0].address)]
    first = f"{soon[0].what}, {day(soon[0].ends)}"
    return [
        ToDo(
            f"{len(soon)} passwords, codes or certificates have ended or end soon; the first: {first}.",
            "See which",
            reverse("expiring"),
        )
    ]


def _mail() -> list[ToDo]:
    """Mail that does not get out, with the words of the server that was asked last."""
    stuck = Mail.objects.stuck().select_related("job")
    if not (last := stuck.first()):
        return []
    number = stuck.count()
    mails = "A mail does" if number == 1 else f"{number:,} mails do"
    return [ToDo(f"{mails} not get out. {last.trouble}", "See which", reverse("alerts"))]


def _restricted(reader: User | None) -> list[ToDo]:
    """What waits of restricted pupils, for who may see them, in numbers; no rule decides on any of it.

    Restrictions whose day has come are there too; no day ends one.
    """
    if not may_see_restricted(reader):
        return []
    found = []
    if values := Conflict.objects.open().restricted().count():
        many = f"{values:,} values of restricted pupils wait"
        what = "One value of a restricted pupil waits" if values == 1 else many
        found.append(ToDo(f"{what} for a decision.", "Decide", reverse("conflicts") + "?restricted=1"))
    if pupils := Unmatched.objects.restricted().filter(held_back=Unmatched.HeldBack.NO).count():
        who = "One pupil who waits" if pupils == 1 else f"{pupils:,} pupils who wait"
        text = f"{who} as unmatched might be restricted."
        found.append(ToDo(text, "Say who they are", reverse("unmatched") + "?restricted=1"))
    if due := Restriction.objects.due(timezone.localdate()).count():
        which = "A restriction is" if due == 1 else f"{due:,} restrictions are"
        found.append(ToDo(f"{which} to be looked at again.", "See which", reverse("restricted")))
    return found


def _staff(reader: User | None) -> list[ToDo]:
    """What waits of schools' staff, for who may see their records."""
    if not may_see_staff_records(reader):
        return []
    found = _imports(STAFF)
    if values := Conflict.objects.open().staff().count():
        what = "One value of a member" if values == 1 else f"{values:,} values of members"
        waits = "waits" if values == 1 else "wait"
        found.append(ToDo(f"{what} of staff {waits} for a decision.", "Decide", reverse("conflicts") + "?kind=staff"))
    if people := Unmatched.objects.staff().filter(held_back=Unmatched.HeldBack.NO).count():
        who = "One member of staff matches" if people == 1 else f"{people:,} members of staff match"
        text = f"{who} nobody for sure."
        found.append(ToDo(text, "Say who they are", reverse("unmatched") + "?who=staff"))
    return found


def named(bases: Sequence[Base]) -> str:
    """A few schools by name, and how many more."""
    shown = ", ".join(str(base) for base in bases[:NAMED])
    more = len(bases) - NAMED
    return f"{shown} and {more} more school{'s' if more > 1 else ''}" if more > 0 else shown


def _what_is_to_do() -> list[ToDo]:
    found: list[ToDo] = []
    if not LA_NUMBER.get():
        found.append(
            ToDo("This site does not know its LA number, so no file can come.", "Set it", reverse("administration"))
        )
    if not Base.objects.exists():
        found.append(ToDo("No school may send yet.", "Add the first base", reverse("add-base")))
    refused = standing_refusals(timezone.now())
    if refused.filter(code="no-space").exists():
        found.append(ToDo("The disk is full: files are turned away.", "See which", reverse("refused-deliveries")))
    count = refused.exclude(code__in=["no-space", *LICENCE_CODES]).values("account").distinct().count()
    if count:
        who = "One school's file was" if count == 1 else f"Files of {count} schools were"
        found.append(ToDo(f"{who} refused, and nothing has come since.", "See why", reverse("refused-deliveries")))
    found += _without_licence()
    found += _imports()
    found += _unmatched()
    found += _conflicts()
    found += _address_list()
    found += _ending()
    found += _mail()
    for also in ALSO_TO_DO:
        found += also()
    found += [ToDo(needed.text, needed.step, reverse("backups")) for needed in what_backups_need()]
    failed = Job.objects.filter(state__in=[State.FAILED, State.PARKED]).exclude(kind__in=TOLD_IN_OWN_WORDS).count()
    if failed:
        jobs = "One job" if failed == 1 else f"{failed} jobs"
        found.append(ToDo(f"{jobs} failed.", "See what to do", reverse("jobs")))
    if not health().workers:
        found.append(
            ToDo("Nobody works on the jobs: the site's second process is not running.", "See the jobs", reverse("jobs"))
        )
    return found
