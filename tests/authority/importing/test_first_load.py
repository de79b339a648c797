"""Existing records: tried without saving, loaded by the very same import, and what the schools say afterwards."""

import io
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.authority.importing.importing_files import bring_in, header_of, held
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.today import look_at_today
from schoolgate.authority.importing.carrying_out import Ruling, carry_out_document
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.first_load import steps
from schoolgate.authority.importing.first_load.opening import kept_files
from schoolgate.authority.importing.models import Conflict, FirstLoad, FirstLoadState, Import, Unmatched
from schoolgate.authority.records.models import Change, Enrolment, Pupil, Refusal
from schoolgate.authority.records.restricting import restrict
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import cancel
from schoolgate.documents.first_load.sample import write_first_load_sample
from schoolgate.documents.samples.students import StudentSample, make_students

pytestmark = pytest.mark.django_db

ALWAYS_CONFLICT = Ruling(rules=Rules(Effect.ALWAYS_CONFLICT), add_unmatched=False, demo=True)
"""What a new base is decided by: nothing is taken by itself."""

HEADINGS = "upn,surname,forename,dob,sex,la,school_number,entered,year_group,status"
AMY = "R820432124001,Amber,Amy,2016-05-01,F,820,4321,2020-09-01,5,C"


@cache
def sample(school: str, pupils: int = 12, seed: int = 4) -> StudentSample:
    return make_students(la="820", school=school, destination_la="820", pupils=pupils, seed=seed)


def csv_of(*samples: StudentSample) -> bytes:
    stream = io.StringIO(newline="")
    write_first_load_sample(stream, samples)
    return stream.getvalue().encode()


def tried(content: bytes | str, name: str = "existing.csv") -> FirstLoad:
    first = steps.give([content if isinstance(content, bytes) else content.encode()], name, by=None)
    work_off()
    first.refresh_from_db()
    return first


def loaded(content: bytes | str, name: str = "existing.csv") -> FirstLoad:
    first = tried(content, name)
    assert steps.load_now(first, first.tried_at, by=None), first.error
    work_off()
    first.refresh_from_db()
    assert first.state is FirstLoadState.LOADED
    return first


def test_a_trial_writes_nothing_and_says_what_loading_would_do(green_abbey: Base, oak_lane: Base) -> None:
    first = tried(csv_of(sample("4321"), sample(oak_lane.number, 5)))
    assert first.state is FirstLoadState.TRIED
    assert first.outcome["rows"] == 17
    assert first.outcome["pupils"] == {"new": 17}
    assert {one["base"]: one["new"] for one in first.outcome["bases"]} == {green_abbey.pk: 12, oak_lane.pk: 5}
    assert first.outcome["groups"]["basic-details"] == {"added": 17}
    assert len(first.outcome["examples"]) == 17
    assert not Pupil.objects.exists()
    assert not Import.objects.exists()
    assert not Change.objects.exists()


def test_loading_does_just_what_the_trial_said(green_abbey: Base, oak_lane: Base) -> None:
    first = loaded(csv_of(sample("4321"), sample(oak_lane.number, 5)))
    assert Pupil.objects.count() == 17
    assert Enrolment.objects.filter(base=oak_lane).count() == 5
    assert first.outcome["loaded"]["pupils"] == {"added": 17}
    change = Change.objects.get(base=green_abbey)
    assert (change.rule, change.source, change.source_name) == ("new/first-load", "file", "existing.csv")


def test_a_ctf_or_ces_file_loads_what_the_schools_own_file_would(green_abbey: Base) -> None:
    records = list(sample("4321").records())
    data = a_file(records, header_of(green_abbey))
    first = loaded(data, "8204321_CES_820LLLL_001.xml")
    assert first.outcome["kind"] == "CES"
    by_load = held()
    this = bring_in(green_abbey, records, ruling=ALWAYS_CONFLICT)
    assert this.counts["pupils"] == {"same": 12}
    assert not Conflict.objects.exists()
    assert held() == by_load


def test_after_a_load_from_csv_what_is_equal_is_no_conflict(green_abbey: Base) -> None:
    loaded(csv_of(sample("4321")))
    names = ("UPN", "Surname", "Forename", "DOB", "Sex", "BasicDetails", "LookedAfter", "Address")
    said = [{name: record[name] for name in names if name in record} for record in sample("4321").records()]
    for record in said:
        # A row has room for one language of each kind.
        record["BasicDetails"].pop("Languages", None)
    this = bring_in(green_abbey, said, full=False, ruling=ALWAYS_CONFLICT)
    assert this.counts["pupils"] == {"same": 12}
    assert not Conflict.objects.exists()


def test_what_differs_from_a_first_load_is_a_conflict_as_from_any_other_source(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    bring_in(green_abbey, [a_pupil(Surname="Amber", Forename="Ann", DOB="2016-05-01", Sex="F")], ruling=ALWAYS_CONFLICT)
    assert {(one.item, one.incoming) for one in Conflict.objects.open()} == {("Forename", "Ann"), ("NCyearActual", "9")}


def test_a_group_that_a_school_has_told_is_left_and_one_it_has_not_is_filled(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Surname="Amber", Forename="Ann", DOB="2016-05-01", Sex="F")])
    first = loaded(f"{HEADINGS},ethnicity\n{AMY},WBRI\n")
    pupil = Pupil.objects.get()
    assert pupil.forename == "Ann"
    groups = first.outcome["groups"]
    assert groups["basic-details"] == {"left_alone": 1}
    assert groups["enrolment"] == {"left_alone": 1}
    assert groups["ethnicity-and-language"] == {"added": 1}
    assert first.outcome["pupils"] == {"filled": 1}


def test_a_second_load_corrects_the_first_where_no_school_has_told_since(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    loaded(f"{HEADINGS}\n{AMY.replace('Amy', 'Anne')}\n")
    assert Pupil.objects.get().forename == "Anne"


@pytest.mark.parametrize("upn", ["R820432124001", "A820432124999"], ids=["the pupil's", "another"])
def test_a_trial_tells_of_a_restricted_pupil_what_it_tells_of_one_whom_nobody_holds(
    green_abbey: Base, as_administrator: Client, upn: str
) -> None:
    corrected = f"{HEADINGS},ethnicity\n{AMY.replace('Amy', 'Anne').replace('R820432124001', upn)},WBRI\n"
    of_nobody = tried(corrected)
    loaded(f"{HEADINGS}\n{AMY}\n")
    restrict(Pupil.objects.get(), "A court order", None, seen=0, by=None)
    first = tried(corrected)
    assert (first.outcome, first.told) == (of_nobody.outcome, of_nobody.told)
    pupil = reverse("pupil", args=[Pupil.objects.get().pk])
    assert pupil not in as_administrator.get(reverse("first-load-file", args=[first.pk])).content.decode()


def test_of_a_restricted_pupil_nothing_is_written(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    restrict(Pupil.objects.get(), "A court order", None, seen=0, by=None)
    before = held()
    loaded(f"{HEADINGS},ethnicity\n{AMY.replace('Amy', 'Anne')},WBRI\n")
    assert held() == before


def test_a_load_neither_tells_the_school_of_values_nor_asks_about_them(green_abbey: Base) -> None:
    """They are the other system's, not the school's: its list of things to correct is of what it sent itself."""
    wrong = AMY.replace("R820432124001", "A820432124001")
    first = loaded(f"{HEADINGS}\n{wrong}\n")
    assert first.outcome["groups"]["identifiers"] == {"left_out": 1}
    assert not Refusal.objects.exists()


def test_a_conflict_that_waits_outlives_a_load_of_the_same_item(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    bring_in(green_abbey, [a_pupil(Surname="Amber", Forename="Ann", DOB="2016-05-01", Sex="F")], ruling=ALWAYS_CONFLICT)
    before = set(Conflict.objects.open().values_list("pk", "item"))
    loaded(f"{HEADINGS}\n{AMY.replace('Amy', 'Anne')}\n")
    assert set(Conflict.objects.open().values_list("pk", "item")) == before
    assert Pupil.objects.get().forename == "Amy"


def test_pupils_twice_pupils_here_and_rows_that_are_not_right_are_told_by_line(green_abbey: Base) -> None:
    bob = "F820432124002,Brown,Bob,2016-05-02,M,820,4321,2020-09-01,5,C"
    loaded(f"{HEADINGS}\n{AMY}\n")
    content = "\n".join(
        [HEADINGS, AMY, bob, bob.replace("Bob", "Rob"), bob.replace(",M,", ",Q,"), AMY, AMY.replace("4321", "9999")]
    )
    first = tried(content)
    assert [(told[0], told[3]) for told in first.told] == [
        (2, "here"),
        (3, "twice"),
        (4, "twice"),
        (5, "refused"),
        (6, "again"),
        (7, "no-base"),
    ]
    assert first.outcome["without_base"] == [["820", "9999", 1]]
    assert first.outcome["pupils"] == {"here": 1, "again": 1, "twice": 2, "no-base": 1, "refused": 1}
    assert "Brown" not in str(first.told)


def test_a_child_at_two_schools_of_the_file_is_one_pupil(green_abbey: Base, oak_lane: Base) -> None:
    there = AMY.replace(",4321,", f",{oak_lane.number},").replace(",C", ",S")
    first = loaded(f"{HEADINGS}\n{AMY.replace(',C', ',M')}\n{there}\n")
    assert first.outcome["pupils"] == {"new": 1, "filled": 1}
    assert first.outcome["at_two_schools"] == 1
    assert Pupil.objects.get().enrolments.count() == 2


def test_namesakes_at_two_schools_with_two_upns_are_not_clear(green_abbey: Base, oak_lane: Base) -> None:
    there = AMY.replace(",4321,", f",{oak_lane.number},").replace("R820432124001", "F820432124002")
    first = loaded(f"{HEADINGS}\n{AMY}\n{there}\n")
    assert first.outcome["pupils"] == {"new": 1, "unclear": 1}
    assert first.outcome["loaded"]["pupils"] == {"added": 1, "unmatched": 1}


def test_a_row_that_may_be_two_pupils_waits_for_a_person(green_abbey: Base, oak_lane: Base) -> None:
    """The UPN is one pupil's, name, birth and sex are another's."""
    bring_in(green_abbey, [a_pupil(UPN="F820432124002", Surname="Amber", Forename="Amy", DOB="2016-05-01", Sex="F")])
    first = loaded(f"{HEADINGS}\n{AMY}\n")
    assert first.outcome["pupils"] == {"unclear": 1}
    assert Pupil.objects.count() == 1
    assert Unmatched.objects.get().base == green_abbey


def test_a_first_load_makes_no_file_of_a_school_an_older_one(green_abbey: Base) -> None:
    loaded(a_file([a_pupil()], header_of(green_abbey, full=False)), "8204321_CES_820LLLL_001.xml")
    earlier = header_of(green_abbey).created.replace(year=2025)
    this = bring_in(green_abbey, [a_pupil(Forename="Dan")], full=False, created=earlier)
    assert this.completed_at
    assert not this.waiting


def test_the_imports_of_a_first_load_are_not_among_those_of_files(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    assert Import.objects.count() == 1
    assert not Import.objects.listed().exists()
    assert look_at_today().imported == 0


def test_a_load_that_was_killed_goes_on_and_writes_nothing_twice(
    green_abbey: Base, oak_lane: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv_of(sample("4321"), sample(oak_lane.number, 5))
    first = tried(content)
    assert steps.load_now(first, first.tried_at, by=None)

    class Killed(BaseException):
        pass

    def kill(this: Import, *rest: Any, **options: Any) -> None:
        """The worker dies between two schools; that an import is killed within one has a test among the faults."""
        if Import.objects.filter(completed_at__isnull=False).exists():
            raise Killed
        carry_out_document(this, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.authority.importing.first_load.loading.carry_out_document", kill)
        with pytest.raises(Killed):
            work_off()
    assert Pupil.objects.count() in {5, 12}
    Job.objects.filter(state="running").update(state="ready", worker="", lease_until=None)
    work_off()
    first.refresh_from_db()
    assert first.state is FirstLoadState.LOADED
    assert first.outcome["loaded"]["pupils"] == {"added": 17}
    assert Pupil.objects.count() == Enrolment.objects.count() == 17


def test_a_load_that_was_stopped_goes_on_by_the_same_job(green_abbey: Base) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    assert steps.load_now(first, first.tried_at, by=None)
    first.refresh_from_db()
    job = first.job_id
    assert first.job is not None
    cancel(first.job)
    first.refresh_from_db()
    assert first.state is FirstLoadState.FAILED
    assert steps.load_now(first, None, by=None)
    work_off()
    first = FirstLoad.objects.get()
    assert (first.state, first.job_id) == (FirstLoadState.LOADED, job)
    assert Pupil.objects.count() == 1


def test_who_did_not_see_the_newest_trial_loads_nothing(green_abbey: Base) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    seen = first.tried_at
    assert steps.try_again(first, by=None)
    work_off()
    assert not steps.load_now(first, seen, by=None)
    assert not Pupil.objects.exists()


def test_of_two_who_load_at_once_one_does(green_abbey: Base) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    assert steps.load_now(first, first.tried_at, by=None)
    assert not steps.load_now(first, first.tried_at, by=None)


def test_a_file_that_cannot_be_read_says_why(green_abbey: Base) -> None:
    first = tried(b"PK\x03\x04xl/")
    assert first.state is FirstLoadState.UNREADABLE
    assert first.error["code"] == "not-text"


def test_a_discarded_file_and_whoever_was_an_example_is_forgotten(green_abbey: Base) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    assert first.outcome["examples"]
    assert steps.discard(first, by=None)
    first.refresh_from_db()
    assert first.state is FirstLoadState.DISCARDED
    assert not first.outcome["examples"]
    assert not steps.load_now(first, first.tried_at, by=None)


def test_a_loaded_file_goes_with_the_next_sweep(green_abbey: Base, time_machine: Any) -> None:
    time_machine.move_to("2026-11-20 09:00:00+00:00", tick=False)
    first = loaded(f"{HEADINGS}\n{AMY}\n")
    assert kept_files().has(first.sha256)
    time_machine.move_to("2030-11-22 09:00:00+00:00", tick=False)
    steps.sweep_first_loads()
    assert not kept_files().has(first.sha256)


def test_each_step_stands_in_the_audit(green_abbey: Base) -> None:
    loaded(f"{HEADINGS}\n{AMY}\n")
    assert set(AuditEntry.objects.values_list("did", flat=True)) >= {
        "existing records given",
        "existing records being loaded",
        "existing records loaded",
    }


def every_table() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of pupils."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in apps.get_models()
        if model._meta.app_label == "authority_records" and model._meta.object_name != "Settled"
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 11), min_size=1, max_size=8), st.booleans())
def test_the_same_file_again_changes_nothing(green_abbey: Base, chosen: list[int], school_first: bool) -> None:
    records = list(sample("4321").records())
    content = a_file([records[number] for number in dict.fromkeys(chosen)], header_of(green_abbey, full=False))
    if school_first:
        bring_in(green_abbey, [records[chosen[0]]], full=False)
    loaded(content, "8204321_CES_820LLLL_001.xml")
    before = every_table()
    again = loaded(content, "8204321_CES_820LLLL_001.xml")
    assert again.outcome["pupils"] == {"here": len(set(chosen))}
    assert every_table() == before
