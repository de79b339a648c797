"""A task as somebody wants it, and what of that is possible (reference 9.2; ADR 020)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils import timezone

from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup
from schoolgate.authority.collection.attainment.folder import FolderRefused, folder_below_root
from schoolgate.authority.collection.models import SENDS_BACK, Data, Owner, Phase, ScheduledTask, Sources, TransferType
from schoolgate.authority.collection.sentence import when
from schoolgate.authority.exchange.sending_back import groups_to_send
from schoolgate.commons.schedules.rules import Once, Rule


class TaskRefused(Exception):
    """A task cannot be as it is wanted. `field` of its form, and a sentence that says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True)
class Wish:
    """A task as somebody wants it. `in_term`: only on the days of terms, as they are and will be set."""

    name: str
    owner: str
    data: str
    rule: Rule
    bases: tuple[Base, ...] = ()
    groups: tuple[BaseGroup, ...] = ()
    in_term: bool = False
    leavers: bool = False
    looked_after: bool = False
    nc_years: tuple[str, ...] = ()
    months_back: int | None = None
    active: bool = True
    sources: str = ""
    """Which kind of base attendance is for; "" for what its bases are. That of an API is *Attendance Changed Data
    (SIMS Primary)*, which may be made for bases that are still on SIMS 7."""
    phase: int = Phase.TWO
    transfer_type: str = TransferType.EXPORT_FROM_SCHOOL
    sent_groups: tuple[str, ...] = ()
    """Names of the data groups that go back to schools, where the transfer type sends any; none is all that may."""
    folder: str = ""
    """Where files with attainment lie on this server, to be read instead of asking the schools."""

    @classmethod
    def of(cls, task: ScheduledTask) -> "Wish":
        """A task as it is."""
        return cls(
            task.name,
            task.owner,
            task.data,
            task.rule,
            tuple(task.bases.order_by("name", "pk")),
            tuple(task.groups.order_by("name")),
            in_term=task.in_term,
            leavers=task.leavers,
            looked_after=task.looked_after,
            nc_years=tuple(task.nc_years),
            months_back=task.months_back,
            active=task.active,
            sources=task.sources if task.data == Data.ATTENDANCE else "",
            phase=task.phase,
            transfer_type=task.transfer_type,
            sent_groups=tuple(task.sent_groups),
            folder=task.folder,
        )


def checked(wish: Wish, *, as_it_is: str = "") -> str:
    """Which kind of base a wished task is for; `as_it_is` is that of a task that is there.

    Raises TaskRefused where it is for none, or for both (seed: never), or where an active one would never be due. That
    no term lies ahead is no reason: terms are entered later.
    """
    sources = _sources_of(wish, as_it_is)
    _require_possible(wish, sources)
    if wish.active and replace(wish.rule, terms=None).next_after(timezone.now()) is None:
        if isinstance(wish.rule, Once):
            told = "This moment is over. Choose a later day or time, or run the task now."
            raise TaskRefused("first", told)
        raise TaskRefused("last", "It would expire before it is ever due. Choose a later expiry date.")
    return sources


def differences(before: Wish, after: Wish) -> list[str]:
    """What changes from one to the other, a line each: ``Task Name: Autumn → Autumn changes``."""
    said = zip(_said(before), _said(after), strict=True)
    return [f"{label}: {old or 'none'} → {new or 'none'}" for (label, old), (_, new) in said if old != new]


def _said(wish: Wish) -> list[tuple[str, str]]:
    return [
        ("Task Name", wish.name),
        ("Owner", Owner(wish.owner).label),
        ("Transfer Type", TransferType(wish.transfer_type).label),
        ("Data Filter Details", Data(wish.data).label),
        ("Schools", ", ".join(sorted(base.dfe_number for base in wish.bases))),
        ("Groups", ", ".join(sorted(group.name for group in wish.groups))),
        ("When", when(replace(wish.rule, terms=None), in_term=wish.in_term, all_dates=True)),
        ("National Curriculum years", ", ".join(wish.nc_years)),
        ("Looked after children only", _yes_or_no(wish.looked_after)),
        ("Leavers too", _yes_or_no(wish.leavers)),
        ("Months of attendance", str(wish.months_back or "")),
        ("Folder", wish.folder),
        ("Data groups to send", ", ".join(wish.sent_groups)),
        ("Active", _yes_or_no(wish.active)),
    ]


def _yes_or_no(said: bool) -> str:
    return "yes" if said else "no"


def _sources_of(wish: Wish, as_it_is: str) -> str:
    if not wish.bases and not wish.groups:
        raise TaskRefused("bases", "Choose at least one school, or a group.")
    chosen = wish.sources if wish.data == Data.ATTENDANCE else ""
    by_file = [base for base in wish.bases if base.mis == SIMS_7]
    by_api = [base for base in wish.bases if base.mis != SIMS_7]
    if by_api and chosen == Sources.FILES:
        raise TaskRefused(
            "bases",
            f"{_named(by_api)} {'are' if len(by_api) > 1 else 'is'} asked through an API, and gives changed attendance "
            "only. Choose Attendance Changed Data, or other schools.",
        )
    if chosen:
        return chosen
    if by_file and by_api:
        also = (
            " Or choose Attendance Changed Data: it starts for the others when they migrate."
            if wish.data == Data.ATTENDANCE
            else ""
        )
        raise TaskRefused(
            "bases",
            f"Schools that send files and schools that are asked through an API are never collected by one task. "
            f"{_named(by_file)} {'send' if len(by_file) > 1 else 'sends'} files; "
            f"{_named(by_api)} {'are' if len(by_api) > 1 else 'is'} asked. Make two tasks.{also}",
        )
    members = [base for group in wish.groups for base in group.bases]
    kinds = {base.mis == SIMS_7 for base in (*wish.bases, *members)}
    if kinds == {True, False}:
        named = Sources.API if by_api else Sources.FILES if by_file else ""
        if not as_it_is or named not in {"", as_it_is}:
            raise TaskRefused(
                "groups",
                "In these groups are schools that send files and schools that are asked through an API; one task never "
                "collects both. Choose groups of one kind: a group by rule can be of one school system.",
            )
        # Some of a group have migrated since it was made: it goes on for those that are of its kind.
        return as_it_is
    return Sources.API if False in kinds else Sources.FILES


def _require_possible(wish: Wish, sources: str) -> None:
    """Hold what one kind of base, or of task, cannot have (reference 9.2; ADR 020). Raises TaskRefused."""
    if wish.owner == Owner.SCHOOL and (wish.groups or len(wish.bases) != 1):
        raise TaskRefused("owner", "A school owns a task of that one school only. Choose one school, or the owner LA.")
    if sources == Sources.API and wish.data == Data.ATTAINMENT:
        raise TaskRefused("kind", "Attainment is collected from schools with SIMS 7 only.")
    if wish.folder and wish.data == Data.ATTAINMENT:
        try:
            folder_below_root(wish.folder)
        except FolderRefused as refused:
            raise TaskRefused("folder", str(refused)) from None
    if wish.transfer_type in SENDS_BACK:
        _require_sendable(wish, sources)
    if wish.phase == Phase.ONE:
        if wish.groups or len(wish.bases) != 1:
            raise TaskRefused("bases", "A Phase 1 task is of one school. Migrate it to Phase 2 to give it others.")
        if sources == Sources.API and wish.active:
            raise TaskRefused("active", "A Phase 1 task works with SIMS 7 only. Migrate it to Phase 2 first.")


def _require_sendable(wish: Wish, sources: str) -> None:
    """Hold what cannot be sent back to schools (ADR 025). Raises TaskRefused."""
    if sources == Sources.API:
        raise TaskRefused("transfer_type", "Data is sent back to schools with SIMS 7 only.")
    if wish.transfer_type == TransferType.IMPORT_TO_SCHOOL and wish.data != Data.CHANGED:
        raise TaskRefused("kind", "Only what was changed goes to a school. Choose Changed Data.")
    try:
        groups_to_send(wish.sent_groups)
    except KeyError as others:
        never = ", ".join(map(str, others.args))
        raise TaskRefused("sent_groups", f"This is never sent to schools: {never}. Leave it out.") from None


def require_makeable(wish: Wish) -> None:
    """Phase 1 tasks come from the old product only. Raises TaskRefused."""
    if wish.phase == Phase.ONE:
        raise TaskRefused("name", "Phase 1 tasks come from the old product only. Make a Phase 2 task.")


def _named(bases: Iterable[Base]) -> str:
    names = [base.name for base in bases]
    shown = names[:3]
    return f"{', '.join(shown)} and {len(names) - 3} more" if len(names) > 3 else " and ".join(shown)
