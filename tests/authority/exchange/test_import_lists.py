"""The lists behind the numbers of an import."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.exchange.imports_shown import TUESDAY, Send, rows, school, text

from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.authority.records.removing import remove
from schoolgate.commons.audit.models import AuditEntry


def lists_behind(this: Import) -> dict[str, int]:
    """The number behind which each list stands, by the list's address."""
    numbers = {reverse("import-list", args=[this.pk, what]): number for what, number in this.counts["pupils"].items()}
    for group, counted in this.counts["groups"].items():
        for what, number in counted.items():
            numbers[reverse("import-group-list", args=[this.pk, group, what.replace("_", "-")])] = number
    return numbers


def test_the_file_of_these_tests_has_some_of_everything(some_of_everything: Import) -> None:
    assert some_of_everything.counts["pupils"] == {"added": 1, "changed": 1, "same": 3, "twice": 2, "unmatched": 1}
    whats = {what for numbers in some_of_everything.counts["groups"].values() for what in numbers}
    assert whats == {"added", "changed", "same", "left_out", "missing"}


def test_each_list_is_as_long_as_its_number_says(some_of_everything: Import, as_officer: Client) -> None:
    for address, number in lists_behind(some_of_everything).items():
        assert rows(as_officer.get(address, {"format": "csv"})) == number, address
        shown = text(as_officer.get(address))
        assert "counted" not in shown, address


def test_each_number_of_the_page_leads_to_its_list(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    for address, number in lists_behind(some_of_everything).items():
        assert f'href="{address}">{number}<' in shown


def test_a_changed_pupil_is_shown_with_the_value_before_and_after(
    some_of_everything: Import, as_officer: Client
) -> None:
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "changed"])))
    assert "Basic details, Legal surname: Okafor → Bell" in shown
    shown = text(as_officer.get(reverse("import-group-list", args=[some_of_everything.pk, "basic-details", "changed"])))
    assert "Legal surname: Okafor → Bell" in shown


def test_values_stay_those_of_their_import_when_the_next_one_came(
    some_of_everything: Import, send: Send, as_officer: Client
) -> None:
    send([{**record, "Surname": "Cole"} for record in school()], created=TUESDAY.replace(day=25))
    listed = as_officer.get(reverse("import-list", args=[some_of_everything.pk, "changed"]), {"format": "csv"})
    assert "Okafor → Bell" in b"".join(listed).decode()


def test_a_value_left_out_is_told_with_why_and_what_to_do(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "left-out"])))
    for told in ("Former UPN", "A820432124999", "check letter", "copies the number", "this file"):
        assert told in shown
    assert "1 of them new in this file and not corrected yet" in text(
        as_officer.get(reverse("import", args=[some_of_everything.pk]))
    )


def test_a_list_that_a_later_file_has_shortened_says_so(
    some_of_everything: Import, send: Send, as_officer: Client
) -> None:
    send(school(), created=TUESDAY.replace(day=25))
    assert not Refusal.objects.exists()
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "left-out"])))
    assert "1 were counted here and 0 stand today" in shown
    assert "not corrected yet" not in text(as_officer.get(reverse("import", args=[some_of_everything.pk])))


def test_pupils_who_are_gone_are_told_as_a_number(some_of_everything: Import, as_officer: Client) -> None:
    remove(Pupil.objects.get(forename="Newt"))
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "added"])))
    assert "1 were counted; 1 of them are not held any more" in shown


def test_pupils_who_were_not_taken_are_named_from_the_file(some_of_everything: Import, as_officer: Client) -> None:
    twice = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"])))
    assert twice.count("Lea") == 2
    unmatched = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "unmatched"])))
    assert "E820432124999" in unmatched
    assert "who has another UPN" in unmatched


def test_all_who_were_not_taken_are_listed_however_many_the_school_is_told(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, as_officer: Client
) -> None:
    monkeypatch.setattr("schoolgate.authority.importing.carrying_out.PROBLEMS_KEPT", 1)
    this = request.getfixturevalue("some_of_everything")
    assert len(this.problems) == 1
    assert rows(as_officer.get(reverse("import-list", args=[this.pk, "twice"]), {"format": "csv"})) == 2


def test_without_the_file_the_place_in_it_is_told(some_of_everything: Import, as_officer: Client) -> None:
    Import.objects.filter(pk=some_of_everything.pk).update(source_key="0" * 64)
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"])))
    assert "not kept any more" in shown
    assert "Lea" not in shown
    assert rows(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"]), {"format": "csv"})) == 2


def test_who_is_not_in_a_full_file_is_listed(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    address = reverse("import-list", args=[some_of_everything.pk, "missing"])
    assert f'href="{address}"' in shown
    listed = text(as_officer.get(address))
    assert "Mia" in listed
    assert "new in this file" in listed


def test_a_look_at_a_list_stands_in_the_audit_and_one_at_the_page_does_not(
    some_of_everything: Import, as_officer: Client
) -> None:
    as_officer.get(reverse("import", args=[some_of_everything.pk]))
    assert not AuditEntry.objects.filter(who="omar").exists()
    address = reverse("import-list", args=[some_of_everything.pk, "changed"])
    as_officer.get(address)
    as_officer.get(address, {"format": "csv"})
    entries = AuditEntry.objects.filter(who="omar", target__startswith=f"import {some_of_everything.pk}, ")
    assert sorted(entries.values_list("did", flat=True)) == [
        "pupils of an import downloaded",
        "pupils of an import seen",
    ]


def test_the_page_of_an_import_names_no_child(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    assert not [name for name in ("Okafor", "Ada", "Bell", "Lea") if name in shown]


def test_a_list_costs_as_many_queries_for_many_pupils_as_for_one(
    some_of_everything: Import, send: Send, as_officer: Client, django_assert_max_num_queries: Any
) -> None:
    this = send([{**record, "Surname": "Cole"} for record in school()], created=TUESDAY.replace(day=25))
    assert this.counts["pupils"]["changed"] > 4
    with django_assert_max_num_queries(24):
        as_officer.get(reverse("import-list", args=[this.pk, "changed"]))


def test_a_list_that_does_not_exist_is_not_found(waiting: Import, as_officer: Client) -> None:
    address = reverse("import", args=[waiting.pk])
    for path in ("pupils/nobody", "groups/basic-details/nobody", "groups/nothing/added", "groups/basic-details/twice"):
        assert as_officer.get(f"{address}/{path}").status_code == 404, path
