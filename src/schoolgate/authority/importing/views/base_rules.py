"""By which rules each base is decided, for one base or many at once (reference 9.5)."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from schoolgate.authority.bases.groups import group_choices, narrow_to_group
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.views.bases import add_groups
from schoolgate.authority.importing.base_rules import ADD_UNMATCHED, standard_set, use
from schoolgate.authority.importing.models import BaseRules, RuleSet
from schoolgate.authority.importing.rule_forms import BaseRulesForm
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

ROWS_AT_ONCE = 400
_YES_NO = [("True", "yes"), ("False", "no")]


@who("administrator", "officer")
def base_rules(request: PersonRequest) -> HttpResponseBase:
    """The bases with a box each, and what is to change at those that are ticked."""
    sets = list(RuleSet.objects.visible_to(request.user))
    standard = standard_set()
    form = BaseRulesForm(request.POST if request.method == "POST" else None, sets=sets)
    if request.method == "POST":
        keys = [key for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
        chosen = list(Base.objects.visible_to(request.user).filter(pk__in=keys))
        if not chosen:
            form.add_error(None, "Tick the schools first.")
        elif form.is_valid():
            _use(request, form, chosen)
            return redirect(request.get_full_path())
    shown = _Shown(standard, add_unmatched=ADD_UNMATCHED.get())
    table = Table(
        [
            Column("pk", "Choose", kind="tick", sort="", value=lambda base: base),
            Column("name", "School", search=True, link=lambda base: reverse("base", args=[base.pk])),
            Column("dfe", "DfE no.", kind="code", search=True),
            Column("phase", "Phase", choices=Base.PHASES, value=lambda base: base.get_phase_display()),
            Column("group", "Groups", sort="", choices=group_choices(), narrow=narrow_to_group),
            Column(
                "rules__rule_set",
                "Rule set",
                sort="rules__rule_set__name",
                choices=[(str(one.pk), one.name) for one in sets],
                value=lambda base: shown.of(base).rule_set.name,
                link=lambda base: reverse("rule-set", args=[shown.of(base).rule_set_id]),
                narrow=shown.narrow_to_set,
            ),
            Column(
                "rules__add_unmatched",
                "Adds unmatched",
                choices=_YES_NO,
                value=lambda base: "yes" if shown.of(base).add_unmatched else "no",
                narrow=shown.narrow_to_adding,
            ),
            Column(
                "rules__ask_first",
                "Asks first",
                choices=_YES_NO,
                value=lambda base: "yes" if shown.of(base).ask_first else "no",
                narrow=lambda bases, choice: (
                    bases.filter(rules__ask_first=True) if choice == "True" else bases.exclude(rules__ask_first=True)
                ),
            ),
        ],
        Base.objects.visible_to(request.user).with_dfe_number().select_related("rules__rule_set"),
        request,
        name="base-rules",
        noun=("base", "bases"),
        page_size=ROWS_AT_ONCE,
        prepare=add_groups,
        empty=NotYet("No bases yet.", "Add a base", reverse("add-base")),
    )
    context = {"form": form, "tick_all": table.address(ticked="all", page="")}
    answer = table.response("authority_importing/base_rules.html", context)
    if form.errors:
        answer.status_code = 422
    return answer


def _use(request: PersonRequest, form: BaseRulesForm, chosen: list[Base]) -> None:
    try:
        changed = use(
            form.chosen_set,
            chosen,
            add_unmatched=form.answer("add_unmatched"),
            ask_first=form.answer("ask_first"),
            by=request.user,
            request=request,
        )
    except RuleSet.DoesNotExist:
        messages.error(request, "Somebody has deleted this rule set just now. Choose another one.")
    else:
        messages.success(request, f"{changed} base{'' if changed == 1 else 's'} changed, from the next import on.")


class _Shown:
    """What bases go by, those without rules of their own by what is set for new ones."""

    def __init__(self, standard: RuleSet, *, add_unmatched: bool) -> None:
        self.standard = standard
        self.adds = add_unmatched

    def of(self, base: Base) -> BaseRules:
        """The rules of a base."""
        own: BaseRules | None = getattr(base, "rules", None)
        return own or BaseRules(rule_set=self.standard, add_unmatched=self.adds)

    def narrow_to_set(self, bases: Any, choice: str) -> Any:
        """Those decided by a set."""
        own = Q(rules__rule_set=int(choice))
        return bases.filter(own | Q(rules=None) if int(choice) == self.standard.pk else own)

    def narrow_to_adding(self, bases: Any, choice: str) -> Any:
        """Those whose unmatched pupils are added, or are not."""
        wanted = choice == "True"
        own = Q(rules__add_unmatched=wanted)
        return bases.filter(own | Q(rules=None) if self.adds is wanted else own)
