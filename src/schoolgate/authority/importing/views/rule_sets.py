"""Rule sets: the list, one set with its rules, and what these would have done (reference 9.5)."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import (
    ADD_UNMATCHED,
    always_import_set,
    standard_set,
    use_for_new_bases,
)
from schoolgate.authority.importing.deciding import ALWAYS_IMPORTED
from schoolgate.authority.importing.effect_job import DAYS, WorkOutEffects, ask_for_effects
from schoolgate.authority.importing.effects import FATES, groups_counted
from schoolgate.authority.importing.models import RuleSet
from schoolgate.authority.importing.rule_forms import NameForm, NewBasesForm, RuleSetForm
from schoolgate.authority.importing.rule_sets import (
    WORDS,
    ChangedMeanwhile,
    InUse,
    NameTaken,
    Wanted,
    bases_of,
    change,
    copy,
    delete,
    differences,
)
from schoolgate.authority.records.groups.registry import GROUPS, group_named
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.showing import label_of
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.web.charts import Bar, parts
from schoolgate.commons.web.tables import Column, Table

FATE_WORDS = {
    "imported": "imported",
    "filled": "filled",
    "conflict": "in conflict",
    "left-out": "left out",
}
_LOOKS = {"imported": "new", "filled": "done", "conflict": "warning", "left-out": ""}
ENDED_BADLY = (JobState.FAILED, JobState.PARKED, JobState.CANCELLED)
TAKEN = "Another rule set has this name."


@who("administrator", "officer")
def rule_sets(request: PersonRequest) -> HttpResponseBase:
    """The sets, how many bases use each, and what holds for new bases."""
    for made in (always_import_set, standard_set):
        made()
    sets = RuleSet.objects.visible_to(request.user).annotate(users=Count("bases")).order_by("name")
    without = Base.objects.visible_to(request.user).filter(rules=None).count()
    table = Table(
        [
            Column("name", "Rule set", search=True, link=lambda one: reverse("rule-set", args=[one.pk])),
            Column("otherwise", "All groups", sort="", value=lambda one: WORDS[one.rules.otherwise]),
            Column("exceptions", "Exceptions", kind="number", sort="", value=_exceptions),
            Column(
                "users",
                "Used by bases",
                kind="number",
                value=lambda one: one.users + (without if one.standard else 0),
                link=lambda one: f"{reverse('base-rules')}?rules__rule_set={one.pk}",
            ),
            Column("standard", "New bases", value=lambda one: "yes" if one.standard else "no"),
            Column("changed_at", "Changed", kind="time"),
        ],
        sets.select_related("changed_by"),
        request,
        name="rule-sets",
        noun=("rule set", "rule sets"),
    )
    standard = standard_set()
    initial = {"rule_set": standard, "add_unmatched": ADD_UNMATCHED.get()}
    form = NewBasesForm(initial=initial, sets=RuleSet.objects.visible_to(request.user))
    return table.response("authority_importing/rule_sets.html", {"form": form, "usual": _usual(sets, without)})


@who("administrator", "officer")
@require_POST
def rules_of_new_bases(request: PersonRequest) -> HttpResponseBase:
    form = NewBasesForm(request.POST, initial={}, sets=RuleSet.objects.visible_to(request.user))
    if form.is_valid():
        given = form.cleaned_data
        use_for_new_bases(given["rule_set"], add_unmatched=given["add_unmatched"], by=request.user, request=request)
        messages.success(request, "Saved. It counts from the next import of each base without rules of its own.")
    else:
        messages.error(request, "This rule set is deleted. Choose another one.")
    return redirect("rule-sets")


@who("administrator", "officer")
def rule_set(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One set: its rules group by group, to save, or to see what they would have done."""
    found = get_object_or_404(RuleSet.objects.visible_to(request.user).select_related("changed_by"), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = RuleSetForm(data, wanted=Wanted.of(found), version=found.version)
    theirs: list[str] = []
    if form.is_valid():
        wanted, action = form.wanted, request.POST.get("action", "save")
        if action == "effect":
            return redirect("rules-effect", ask_for_effects(found, wanted, saved=False).pk)
        try:
            saved = change(pk, wanted, version=form.cleaned_data["version"], by=request.user, request=request)
        except NameTaken:
            form.add_error("name", TAKEN)
        except ChangedMeanwhile:
            theirs = differences(wanted, Wanted.of(found))
            form.add_error(None, "Somebody else has changed this set since you opened it. Nothing of yours is saved.")
        else:
            messages.success(request, "Saved. It counts from the next import of each base.")
            if action == "save-and-effect":
                return redirect("rules-effect", ask_for_effects(saved, wanted, saved=True).pk)
            return redirect("rule-set", pk)
    users = bases_of(found)
    context = {
        "rule_set": found,
        "form": form,
        "theirs": theirs,
        "fixed": [group.label for group in GROUPS if group.name in ALWAYS_IMPORTED],
        "users": len(users),
        "copy_form": NameForm(initial={"name": f"{found.name} (copy)"[:80]}),
        "deletable": not users and not found.standard,
    }
    return render(request, "authority_importing/rule_set.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
@require_POST
def copy_rule_set(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(RuleSet.objects.visible_to(request.user), pk=pk)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            made = copy(found, form.cleaned_data["name"].strip(), by=request.user, request=request)
        except NameTaken:
            messages.error(request, TAKEN)
        else:
            messages.success(request, f"{made.name} says the same as {found.name}. No base uses it yet.")
            return redirect("rule-set", made.pk)
    else:
        messages.error(request, "Give the new rule set a name of at most 80 letters.")
    return redirect("rule-set", pk)


@who("administrator", "officer")
@require_POST
def delete_rule_set(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(RuleSet.objects.visible_to(request.user), pk=pk)
    try:
        delete(pk, by=request.user, request=request)
    except (InUse, ChangedMeanwhile):
        messages.error(request, f"{found.name} is in use. Let its bases use another set first.")
        return redirect("rule-set", pk)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("rule-sets")


@who("administrator", "officer")
def rules_effect(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What a set, as it was saved or only tried, would have done in the last 30 days."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, kind=WorkOutEffects.name)
    found = RuleSet.objects.visible_to(request.user).filter(pk=job.args["rule_set"]).first()
    if found is None:
        raise Http404
    asked = RuleSet(name=job.args["name"], effects=job.args["effects"], not_fed_back=job.args["not_fed_back"])
    ended = job.state in {JobState.DONE, *ENDED_BADLY}
    context = {
        "rule_set": found,
        "job": job,
        "name": job.args["name"],
        "days": DAYS,
        "ended_badly": job.state in ENDED_BADLY or (ended and job.result is None),
        "live_seconds": 0 if ended else 2,
        "form": RuleSetForm(wanted=Wanted.of(asked), version=job.args["version"]),
        "is_saved": not differences(Wanted.of(found), Wanted.of(asked)),
    }
    if job.result:
        record("effect of rules seen", by=request.user, target=found.name, request=request)
        context |= _told(request, job.result)
    return render(request, "authority_importing/rules_effect.html", context)


def _told(request: PersonRequest, result: dict[str, Any]) -> dict[str, Any]:
    rows = []
    for group in groups_counted(result):
        counts = result["groups"][group.name]
        then = [counts["then"].get(fate, 0) for fate in FATES]
        drawn = [Bar(FATE_WORDS[fate], n, _LOOKS[fate]) for fate, n in zip(FATES, then, strict=True)]
        was = [(FATE_WORDS[fate], counts["was"].get(fate, 0)) for fate in FATES if fate != "filled"]
        told = [(FATE_WORDS[fate], n) for fate, n in zip(FATES, then, strict=True)]
        rows.append({"label": group.label, "was": was, "then": told, "picture": parts(group.label, drawn)})
    pupils = {
        pupil.pk: pupil
        for pupil in Pupil.people.visible_to(request.user).filter(pk__in={one[0] for one in result["examples"]})
    }
    examples = [
        {
            "pupil": pupils[pupil],
            "address": f"{reverse('pupil', args=[pupil])}?group={group}",
            "item": _place(group, item),
            "was": FATE_WORDS[was],
            "then": FATE_WORDS[then],
        }
        for pupil, group, item, was, then in result["examples"]
        if pupil in pupils
    ]
    return {"result": result, "rows": rows, "examples": examples}


def _place(group: str, item: str) -> str:
    of = group_named(group)
    label = label_of(of, item)
    return label if label == of.label else f"{of.label}, {label}"


def _exceptions(rule_set: RuleSet) -> int:
    rules = rule_set.rules
    return sum(effect is not rules.otherwise for effect in [*rules.groups.values(), *rules.items.values()])


def _usual(sets: Any, without: int) -> dict[str, Any] | None:
    """The set that most bases use, and how many use another one; None where all use the same."""
    users = {one: one.users + (without if one.standard else 0) for one in sets}
    most = max(users, key=lambda one: users[one])
    others = sum(users.values()) - users[most]
    return {"set": most, "bases": users[most], "others": others} if others else None
