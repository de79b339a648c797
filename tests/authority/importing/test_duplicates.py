"""Possible duplicates: which pairs are found, saying that they are two children, and merging them on the page."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.merging import OTHER_UPN, dan, daniel, merge_now, register, two
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.merging.alike import MOST_ALIKE, pairs
from schoolgate.authority.importing.merging.apart import say_two_children, take_back
from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.models import Decision, Pupil, PupilKey, Restriction
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
Two = tuple[Pupil, Pupil]


@pytest.fixture
def browser(signed_in: SignedIn, officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def alike(green_abbey: Base, oak_lane: Base) -> Two:
    """Two pupils of one GUID, at two schools."""
    pair = two(green_abbey, oak_lane)
    share(pair, PupilKey.Kind.GUID, "0b8f")
    return pair


def share(pupils: Any, kind: PupilKey.Kind, text: str) -> None:
    PupilKey.objects.bulk_create(PupilKey(pupil=pupil, kind=kind, text=text) for pupil in pupils)


def number(pair: Two) -> tuple[int, int]:
    return pair[0].pk, pair[1].pk


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content, "utf-8")


def page_of(pair: Two) -> str:
    return reverse("merge-pupils", args=number(pair))


def form_of(browser: Client, pair: Two, **fields: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="([0-9a-f]{32})"', text(browser.get(page_of(pair))))
    assert found is not None
    return {"seen": found[1], "reason": "The school said so.", "sure": "on", **fields}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PupilKey.Kind.UPN, "UPN"),
        (PupilKey.Kind.GUID, "GUID"),
        (PupilKey.Kind.NAME_AND_BIRTH, "name and date of birth"),
    ],
)
def test_two_pupils_of_one_key_are_a_pair(
    green_abbey: Base, oak_lane: Base, officer: User, kind: PupilKey.Kind, words: str
) -> None:
    pair = two(green_abbey, oak_lane)
    assert pairs(officer) == {}
    share(pair, kind, "k")
    assert pairs(officer) == {number(pair): [words]}


def test_one_name_and_birth_with_other_numbers_is_a_pair(green_abbey: Base, oak_lane: Base, officer: User) -> None:
    pair = two(green_abbey, oak_lane, other=dan(Surname="OKAFOR", Forename="Dan"))
    bring_in(
        oak_lane, [daniel(UPN=OTHER_UPN, BasicDetails={"NCyearActual": "9", "PreferredForename": "Dan"})], full=False
    )
    PupilKey.objects.filter(pupil=pair[0], kind=PupilKey.Kind.UPN).delete()
    bring_in(green_abbey, [daniel(BasicDetails={"NCyearActual": "9", "PreferredForename": "Dan"})], full=False)
    assert pairs(officer) == {number(pair): ["name and date of birth"]}


def test_what_many_share_pairs_each_with_the_next_only(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil()], full=False)
    first = Pupil.objects.get()
    numbers = range(first.pk, first.pk + MOST_ALIKE + 1)
    Pupil.objects.bulk_create(Pupil(pk=pk, surname="Bell", created_by=first.created_by) for pk in numbers[1:])
    share(Pupil.objects.all(), PupilKey.Kind.GUID, "test")
    assert len(pairs(officer)) == MOST_ALIKE


def test_a_pair_with_a_restricted_pupil_is_there_with_the_right_only(
    alike: Two, officer: User, administrator: User, browser: Client
) -> None:
    change_rights(administrator, [RESTRICTED_PUPILS], by=None)
    Restriction.objects.create(pupil=alike[1], why="court order")
    assert pairs(officer) == pairs(None) == pairs(administrator, downloaded=True) == {}
    assert set(pairs(administrator)) == {number(alike)}
    assert browser.get(page_of(alike)).status_code == 404
    assert "Might be the same" not in text(browser.get(reverse("pupil", args=[alike[0].pk])))
    with pytest.raises(Gone):
        say_two_children(*number(alike), by=officer)


def test_two_children_are_shown_no_more_until_that_is_taken_back(alike: Two, officer: User) -> None:
    one, other = number(alike)
    say_two_children(other, one, by=officer)
    say_two_children(one, other, by=None)
    said = TwoChildren.objects.get()
    assert (said.one_id, said.other_id, said.by) == (one, other, officer)
    assert pairs(officer) == {}
    assert AuditEntry.objects.filter(did="two children, not one").count() == 2
    take_back(one, other, by=officer)
    assert set(pairs(officer)) == {number(alike)}


def test_the_list_and_each_ones_page_lead_to_both_side_by_side(alike: Two, browser: Client) -> None:
    listed = text(browser.get(reverse("possible-duplicates")))
    assert page_of(alike) in listed
    assert all(words in listed for words in ("Okafor, Daniel", "Okafor-Bell, Dan", "Oak Lane Academy", "1 pair"))
    for pupil in alike:
        assert page_of(alike) in text(browser.get(reverse("pupil", args=[pupil.pk])))
    assert "Okafor-Bell" in text(browser.get(f"{reverse('possible-duplicates')}?format=csv"))


def test_whom_more_schools_tell_of_is_proposed_to_stay(alike: Two, far_hill: Base, browser: Client) -> None:
    bring_in(far_hill, [dan()], full=False)
    assert page_of((alike[1], alike[0])) in text(browser.get(reverse("possible-duplicates")))


def test_the_page_says_what_differs_and_what_stands(alike: Two, browser: Client) -> None:
    page = text(browser.get(page_of(alike)))
    assert all(words in page for words in ("Okafor-Bell", "Afterwards", "cannot be undone", "Oak Lane Academy"))
    assert AuditEntry.objects.filter(did="pupil seen", details="possible duplicate").count() == 2


def test_they_are_merged_with_a_reason_and_a_second_yes_only(alike: Two, browser: Client, officer: User) -> None:
    form = form_of(browser, alike)
    for lacking in ("reason", "sure"):
        answer = browser.post(page_of(alike), {name: value for name, value in form.items() if name != lacking})
        assert answer.status_code == 422
    assert Pupil.objects.count() == 2
    answer = browser.post(page_of(alike), form)
    assert answer["Location"] == reverse("pupil", args=[alike[0].pk])
    assert Pupil.objects.get() == alike[0]
    decision = Decision.objects.get()
    assert decision.by == officer
    assert "Daniel Okafor" in text(browser.get(reverse("decision", args=[decision.pk])))


def test_who_comes_second_is_shown_both_as_they_are_now(alike: Two, oak_lane: Base, browser: Client) -> None:
    form = form_of(browser, alike)
    bring_in(oak_lane, [dan(Forename="Danny")], full=False)
    answer = browser.post(page_of(alike), form)
    assert (answer.status_code, "Danny" in text(answer)) == (409, True)
    assert Pupil.objects.count() == 2


def test_marks_that_contradict_are_told_with_their_day_and_school(green_abbey: Base, browser: Client) -> None:
    pair = two(
        green_abbey,
        green_abbey,
        daniel(Attendance=[register("4321", "/\\")]),
        dan(Attendance=[register("4321", "N\\")]),
    )
    page = text(browser.get(page_of(pair)))
    assert all(words in page for words in ("different-marks", "7 Sep 2026", "Green Abbey"))
    assert 'name="sure"' not in page


def test_they_are_parted_on_the_page_and_listed_apart(alike: Two, browser: Client) -> None:
    browser.post(page_of(alike), {"apart": "1"})
    assert page_of(alike) not in text(browser.get(reverse("possible-duplicates")))
    assert page_of(alike) in text(browser.get(f"{reverse('possible-duplicates')}?apart=1"))
    browser.post(page_of(alike), {"together": "1"})
    assert not TwoChildren.objects.exists()


def test_the_number_of_who_is_gone_leads_on_everywhere_and_any_other_nowhere(alike: Two, browser: Client) -> None:
    keep, gone = alike
    merge_now(keep, gone)
    answer = browser.get(f"{reverse('pupil', args=[gone.pk])}?group=basic-details")
    assert answer["Location"] == f"{reverse('pupil', args=[keep.pk])}?group=basic-details"
    assert browser.get(page_of(alike))["Location"] == reverse("pupil", args=[keep.pk])
    overview = text(browser.get(reverse("pupil", args=[keep.pk])))
    assert f"pupil {gone.pk}" in overview
    for name, more in (("pupil-conflicts", []), ("change-value", ["basic-details", "Surname"])):
        assert browser.get(reverse(name, args=[gone.pk, *more])).status_code == 200
        assert browser.get(reverse(name, args=[gone.pk + 9, *more])).status_code == 404
    assert browser.get(reverse("pupil", args=[gone.pk + 9])).status_code == 404


def test_what_was_noted_of_who_is_gone_is_hidden_with_a_restricted_one(
    alike: Two, administrator: User, signed_in: SignedIn
) -> None:
    keep, gone = alike
    merge_now(keep, gone, reason="Hidden Reach")
    Restriction.objects.create(pupil=keep, why="court order")
    shown = AuditEntry.objects.visible_to(administrator)
    assert not shown.filter(about__in=[f"pupil {keep.pk}", f"pupil {gone.pk}"]).exists()
    browser = signed_in(administrator)
    assert browser.get(reverse("pupil", args=[gone.pk])).status_code == 404


@pytest.fixture
def _same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, ["authority", "pupils", *map(str, words)])


@pytest.mark.usefixtures("_same_environment")
def test_the_command_line_lists_pairs_and_merges_them(alike: Two) -> None:
    (row,) = json.loads(run("duplicates", "--json").stdout)
    assert (row["keep"]["number"], row["gone"]["bases"], row["same"]) == (alike[0].pk, ["8202107"], ["GUID"])
    assert "Okafor, Daniel" in run("duplicates").stdout
    done = json.loads(run("merge", *number(alike), "--reason", "Same child.", "--json").stdout)
    assert (done["pupil"], done["merged"]) == number(alike)
    assert [row["number"] for row in json.loads(run("okafor", "--json").stdout)] == [alike[0].pk]


@pytest.mark.usefixtures("_same_environment")
def test_the_command_line_says_why_it_does_not_merge(alike: Two) -> None:
    one, other = number(alike)
    assert run("merge", one, one, "--reason", "x").exit_code == 2
    assert run("merge", one, other).exit_code == 2
    assert run("merge", one, other + 9, "--reason", "x").exit_code == 1
    Restriction.objects.create(pupil=alike[0], why="court order")
    assert run("merge", one, other, "--reason", "x").exit_code == 1
    assert Pupil.objects.count() == 2
