"""What the LA made of a file: its numbers, what it did not take, and what to correct of it all."""

from typing import Any

from django.db.models import Min
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.downloads import csv_download
from schoolgate.commons.web.outcomes import taken_of
from schoolgate.commons.web.tables import AllGood, Column, Table
from schoolgate.school.exchange.correcting import MOST_KEPT
from schoolgate.school.exchange.models import Correction, CorrectionList, Destination, State, Transfer
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.correction_words import how_to_correct, item_words, why_not_taken
from schoolgate.wire.outcome_words import problems_told

OFFICE = ("administrator", "sender")
DOWNLOADED = ("Pupil", "UPN", "Item", "Sent", "Why not taken", "How to correct", "Since", "New")


def what_became_of(this: Transfer) -> dict[str, Any]:
    """For the page of one file: a picture of its pupils, its data groups in numbers, what there is to correct."""
    correction_list = CorrectionList.objects.filter(transfer=this).first()
    rejected = this.state == State.REJECTED and bool(this.outcome.get("problems"))
    return {
        **(taken_of(this.outcome) if this.state == State.IMPORTED else {}),
        "correction_list": correction_list,
        "has_corrections": rejected or (correction_list is not None and correction_list.total > 0),
    }


@who(*OFFICE)
def to_correct(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """What the LA did not take of one file, the new apart from what stands since an earlier one."""
    this = get_object_or_404(Transfer.objects.visible_to(request.user).lean(), pk=transfer_id)
    correction_list = CorrectionList.objects.filter(transfer=this).first()
    if this.state not in {State.IMPORTED, State.REJECTED}:
        raise Http404
    corrections = (
        list(Correction.objects.visible_to(request.user).filter(of=correction_list)) if correction_list else []
    )
    if "csv" in request.GET:
        return csv_download("to-correct", DOWNLOADED, [_downloaded(one) for one in corrections])
    destination = Destination.objects.filter(la=this.la).first()
    contact = destination.contact if destination else ""
    context = {
        "transfer": this,
        "destination": destination,
        "contact": contact,
        "correction_list": correction_list,
        "shown": len(corrections),
        "parts": [
            ("New in this file", [one for one in corrections if one.new]),
            ("Known from earlier files", [one for one in corrections if not one.new]),
        ],
        "rejected": _rejected(this, contact) if this.state == State.REJECTED else [],
    }
    return render(request, "school_exchange/to_correct.html", context)


@who(*OFFICE)
def things_to_correct(request: PersonRequest) -> HttpResponseBase:
    """What the LAs could not take, by child, over the newest file of each school."""
    standing = CorrectionList.objects.standing()
    corrections = Correction.objects.visible_to(request.user).to_do().select_related("of__transfer")
    table = Table(
        [
            Column("pupil", "Pupil", search=True, value=lambda one: one.pupil or one.upn or "not named"),
            Column("item", "Item", value=lambda one: item_words(one.item)),
            Column("value", "You sent", kind="long"),
            Column("code", "Why not taken", value=lambda one: why_not_taken(one.code)),
            Column("remedy", "How to correct", sort="", value=lambda one: how_to_correct(one.item, one.code)),
            Column("since", "Since", kind="time"),
            Column(
                "of__transfer__name",
                "Seen in",
                search=True,
                link=lambda one: reverse("transfer", args=[one.of.transfer_id]),
            ),
        ],
        corrections,
        request,
        name="to-correct",
        noun=("thing to correct", "things to correct"),
        empty=AllGood("Nothing to correct. Everything you sent in the last file was taken."),
    )
    context = {
        "as_of": standing.filter(total__gt=0).aggregate(oldest=Min("told_at"))["oldest"],
        "outdated": standing.filter(due=True).count(),
        "cut": standing.filter(total__gt=MOST_KEPT).exists(),
    }
    return table.response("school_exchange/things_to_correct.html", context)


def _rejected(this: Transfer, contact: str) -> list[dict[str, Any]]:
    return [
        {**problem, "remedy": naming_whom(str(problem.get("remedy") or "Ask the LA."), contact)}
        for problem in problems_told(this.outcome)
    ]


def _downloaded(one: Correction) -> tuple[Any, ...]:
    why, how = why_not_taken(one.code), how_to_correct(one.item, one.code)
    return (one.pupil, one.upn, item_words(one.item), one.value, why, how, one.since, one.new)
