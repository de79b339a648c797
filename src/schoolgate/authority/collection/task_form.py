"""The authority's form of a task (reference 9.2; seed, "Creating a SIMS Primary Attendance Changed Data task")."""

from typing import Any

from django import forms
from django.db.models import Q

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.locks import locks_of
from schoolgate.authority.collection.models import Data, Owner, ScheduledTask, TransferType
from schoolgate.authority.collection.task_fields import ATTENDANCE_CHANGED, TaskFields, fields_of
from schoolgate.authority.collection.wishes import Wish
from schoolgate.authority.exchange.sending_back import SENT_OF_PUPILS

SHOWN = 60
"""So many schools stand in the form to be ticked; the others are looked for."""

ATTENDANCE_CHANGED_WORDS = "Attendance Changed Data (SIMS Primary)"


class TaskForm(TaskFields):
    """A task as the authority's people are shown it and type it in: for any schools and groups."""

    PARTS = (
        ("", "name owner transfer_type kind sent_groups folder"),
        ("Schools", "find"),
        ("", "bases groups"),
        ("Pupils", "nc_years looked_after leavers months_back"),
        ("When", "rhythm at first days day in_term"),
        ("Advanced", "every_minutes until last active"),
    )

    owner = forms.ChoiceField(label="Owner", choices=Owner.choices, initial=Owner.LA)
    transfer_type = forms.ChoiceField(
        label="Transfer Type",
        choices=TransferType.choices,
        initial=TransferType.EXPORT_FROM_SCHOOL,
        required=False,
        help_text="Import to School puts what was changed here into the outbox of schools with SIMS 7, Two-way asks "
        "for their data too. It cannot be changed later.",
    )
    kind = forms.ChoiceField(
        label="Data Filter Details",
        choices=[
            (Data.SNAPSHOT, "Snapshot Data"),
            (Data.CHANGED, "Changed Data"),
            (Data.ATTENDANCE, "Attendance Data"),
            (ATTENDANCE_CHANGED, ATTENDANCE_CHANGED_WORDS),
            (Data.ATTAINMENT, "Attainment Data (SIMS 7 only)"),
        ],
        help_text="A snapshot is everything, changed data what is new since the last run. Of schools with an API there "
        "is Attendance Changed Data only; made before a school migrates, it starts when the school does.",
    )
    sent_groups = forms.MultipleChoiceField(
        label="Data groups to send",
        required=False,
        choices=[(group.name, group.label) for group in SENT_OF_PUPILS],
        help_text="For Import to School and Two-way. None chosen is all of these; registers, exclusions and attainment "
        "are the school's own account, and never sent.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}),
    )
    folder = forms.CharField(
        label="Folder of attainment files",
        required=False,
        max_length=200,
        help_text="For Attainment Data: a folder on this server, whose files are read instead of asking the schools. "
        "They are called like 8204321_CES_820LLLL_001.xml, and stay where they are.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    find = forms.CharField(
        label="Find schools",
        required=False,
        max_length=100,
        help_text="By name or number. Schools that are ticked stay.",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    bases = forms.ModelMultipleChoiceField(
        queryset=Base.objects.none(),
        label="Schools",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many many-framed"}),
        help_text="Schools that send files and schools that are asked through an API (☁) never stand in one task.",
    )
    groups = forms.ModelMultipleChoiceField(
        queryset=BaseGroup.objects.none(),
        label="Groups of schools",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many many-framed"}),
    )

    def __init__(self, *args: Any, made: bool = False, **options: Any) -> None:
        """`made`: the task is there already, and its transfer type stays."""
        super().__init__(*args, **options)
        named: Any = self.fields
        self.made = named["transfer_type"].disabled = made
        named["bases"].queryset = Base.objects.filter(active=True)
        bases = self._bases_to_choose()
        locked = {lock.base.pk for lock in locks_of(bases)}
        named["bases"].choices = [(base.pk, base_label(base, locked=base.pk in locked)) for base in bases]
        named["groups"].queryset = BaseGroup.objects.order_by("name")

    @classmethod
    def of(cls, task: ScheduledTask, given: Any = None, *, add: Base | None = None) -> "TaskForm":
        """The form with what a task is now, or with what was `given` instead; `add` is ticked too."""
        initial = initial_of(task)
        if add is not None:
            initial["bases"] = list({*initial["bases"], add.pk})
        return cls(given, initial=initial, made=True)

    def as_typed(self) -> "TaskForm":
        """The same form, nothing of it judged."""
        given: Any = self.data
        several = {"bases", "groups", "nc_years", "days", "sent_groups"}
        typed = {
            name: given.getlist(name) if name in several else given.get(name, "")
            for name in self.fields
            if not self.fields[name].disabled
        }
        return type(self)(initial={**self.initial, **typed}, made=self.made)

    def _bases_to_choose(self) -> list[Base]:
        """Those that are ticked, and with them those that are looked for, as far as they are shown."""
        chosen = self["bases"].value() or ()
        ticked = Base.objects.filter(pk__in=[pk for pk in chosen if str(pk).isdecimal() and len(str(pk)) < 19])
        found = Base.objects.filter(active=True).with_dfe_number()
        if text := str(self["find"].value() or "").replace("\0", "").strip():
            found = found.filter(Q(name__icontains=text) | Q(dfe__startswith=text.replace(" ", "")))
        shown = {base.pk: base for base in (*ticked.order_by("name"), *found.order_by("name")[:SHOWN])}
        return list(shown.values())

    def wish(self) -> Wish:
        """The task as it was typed in."""
        given = self.cleaned_data
        return Wish(
            owner=given["owner"],
            bases=tuple(given["bases"]),
            groups=tuple(given["groups"]),
            transfer_type=given["transfer_type"] or TransferType.EXPORT_FROM_SCHOOL,
            sent_groups=tuple(given["sent_groups"]),
            folder=given["folder"].strip(),
            **self.wished(),
        )


def initial_of(task: ScheduledTask) -> dict[str, Any]:
    """What stands in the form of a task."""
    return {
        **fields_of(task),
        "owner": task.owner,
        "transfer_type": task.transfer_type,
        "sent_groups": task.sent_groups,
        "folder": task.folder,
        "bases": [base.pk for base in task.bases.all()],
        "groups": [group.pk for group in task.groups.all()],
    }


def base_label(base: Base, *, locked: bool = False) -> str:
    """A school among those to choose from, and whether it is locked; the cloud says that it is asked through an API."""
    return f"{base}{' ☁ API' if base.is_collected else ''}{', locked by the school' if locked else ''}"
