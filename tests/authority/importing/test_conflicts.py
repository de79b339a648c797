"""What waits for a person: values in conflict, and how they go by themselves."""

import pytest
from tests.authority.importing.conflicts import wishes
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.undoing import take_back
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.conflicts.choices import Choice, decide_now
from schoolgate.authority.importing.conflicts.jobs import undo_decision
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.writing import write_groups
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.ethnicity import ETHNICITY
from schoolgate.authority.records.models import Change, Enrolment, Pupil, PupilGroup, Replaced
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

BY_CONFLICT = Ruling(demo=True, rules=Rules(Effect.ALWAYS_CONFLICT))
BASIC = {"NCyearActual": "9"}


def waiting() -> list[tuple[str, object]]:
    return [(one.item, one.incoming) for one in Conflict.objects.open()]


def test_a_value_that_differs_waits_and_nothing_is_written(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    this = bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Bell")]
    assert this.counts["pupils"] == {"in_conflict": 1}
    assert this.counts["groups"]["basic-details"] == {"conflict": 1}
    assert Pupil.objects.get().surname == "Okafor"
    assert not Replaced.objects.exists()


def test_the_same_file_again_leaves_one_conflict_and_counts_it(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    for _ in range(2):
        this = bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=BY_CONFLICT)
        assert this.counts["pupils"] == {"in_conflict": 1}
    assert waiting() == [("Surname", "Bell")]


def test_a_new_value_takes_the_place_of_the_one_that_waits(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=BY_CONFLICT)
    bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Blake")]


def test_a_conflict_goes_when_the_school_says_what_is_held(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=BY_CONFLICT)
    bring_in(green_abbey, [a_pupil()], ruling=BY_CONFLICT)
    assert waiting() == []


def test_a_conflict_stays_when_a_part_does_not_speak_of_it(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell", BasicDetails={**BASIC, "MiddleNames": "Uche"})], ruling=BY_CONFLICT)
    bring_in(green_abbey, [a_pupil(Surname="Bell")], full=False, ruling=BY_CONFLICT)
    assert waiting() == [("MiddleNames", "Uche"), ("Surname", "Bell")]


def test_a_conflict_goes_when_a_person_writes_what_it_says(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=BY_CONFLICT)
    pupil = Pupil.objects.get()
    payload = {"Surname": "BELL", "Forename": "Daniel", "DOB": "2013-02-14", "Sex": "M"}
    change = Change.objects.create(source="person", source_name="O. Khan", rule="by-hand/")
    write_groups(green_abbey, {pupil.pk: {BASIC_DETAILS: payload}}, change)
    assert waiting() == []
    assert Pupil.objects.get().surname == "BELL"
    assert Replaced.objects.get().replaced_by == change


def mother(**more: str) -> Record:
    return {"Order": "1", "Relationship": "PAM", "Surname": "Okafor", "Forename": "Ann", **more}


def father(**more: str) -> Record:
    return {"Order": "2", "Relationship": "PAF", "Surname": "Okafor", "Forename": "Ben", **more}


def test_what_waits_of_one_contact_waits_on_when_a_part_tells_of_another(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[mother(), father()])])
    changed = [mother(Email="ann@example.org"), father(Email="ben@example.org")]
    for contact in changed:
        bring_in(green_abbey, [a_pupil(Contacts=[contact])], full=False, ruling=BY_CONFLICT)
    assert waiting() == [("Contacts", changed)]
    bring_in(green_abbey, [a_pupil(Contacts=[father()])], full=False, ruling=BY_CONFLICT)
    assert waiting() == [("Contacts", changed)]
    bring_in(green_abbey, [a_pupil(Contacts=[mother(), father()])], ruling=BY_CONFLICT)
    assert waiting() == []


def test_what_waits_of_one_contact_is_no_more_than_that_when_another_is_refused(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[mother(), father()])])
    refused = [a_pupil(Contacts=[father(Email="ben@example.org")])]
    bring_in(green_abbey, refused, full=False, ruling=BY_CONFLICT)
    decide_now(wishes(Choice.NEVER_AGAIN), by=None)
    bring_in(green_abbey, [a_pupil(Contacts=[mother(Email="ann@example.org")])], full=False, ruling=BY_CONFLICT)
    bring_in(green_abbey, refused, full=False, ruling=BY_CONFLICT)
    assert waiting() == [("Contacts", [mother(Email="ann@example.org")])]


def test_what_waits_in_parts_ends_when_another_school_leads_in_the_group(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil(Contacts=[mother(), father()])])
    bring_in(oak_lane, [a_pupil(BasicDetails={**BASIC, "EnrolStatus": "M"})])
    bring_in(oak_lane, [a_pupil(Contacts=[mother(Email="ann@example.org")])], full=False, ruling=BY_CONFLICT)
    assert [item for item, _ in waiting()] == ["Contacts"]
    subsidiary = {**BASIC, "EnrolStatus": "S"}
    told = a_pupil(Contacts=[father(Email="ben@example.org")], BasicDetails=subsidiary)
    bring_in(oak_lane, [told], full=False)
    assert waiting() == []


def test_what_a_full_file_does_not_say_any_more_waits_no_longer(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(BasicDetails={**BASIC, "MiddleNames": "Uche"})], ruling=BY_CONFLICT)
    bring_in(green_abbey, [a_pupil()], ruling=BY_CONFLICT)
    assert waiting() == []


def test_a_part_whose_conflict_a_full_file_ended_opens_it_again_by_the_same_bytes(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    for _ in range(2):
        bring_in(green_abbey, [a_pupil(Surname="Bell")], full=False, ruling=BY_CONFLICT)
        assert waiting() == [("Surname", "Bell")]
        bring_in(green_abbey, [a_pupil()], ruling=BY_CONFLICT)
        assert waiting() == []


def test_what_waits_of_one_schools_enrolment_is_not_ended_by_anothers(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    year_ten = a_pupil(BasicDetails={"NCyearActual": "10"})
    bring_in(green_abbey, [year_ten], ruling=BY_CONFLICT)
    bring_in(oak_lane, [year_ten])
    assert waiting() == [("NCyearActual", "10")]


def test_one_schools_import_ends_anothers_conflict_about_the_same_value(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil(BasicDetails={**BASIC, "EnrolStatus": "S"})])
    bring_in(oak_lane, [a_pupil(BasicDetails={**BASIC, "EnrolStatus": "C"})])
    bring_in(oak_lane, [a_pupil(Surname="Bell", BasicDetails={**BASIC, "EnrolStatus": "C"})], ruling=BY_CONFLICT)
    assert waiting() == [("Surname", "Bell")]
    bring_in(green_abbey, [a_pupil(Surname="Bell", BasicDetails={**BASIC, "EnrolStatus": "M"})])
    assert waiting() == []


def test_a_pupil_new_at_a_base_brings_its_enrolment_without_a_conflict(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil(BasicDetails={**BASIC, "EnrolStatus": "S"})], ruling=BY_CONFLICT)
    assert waiting() == []
    assert Enrolment.objects.get(base=oak_lane).status == "S"


# A pupil on two rolls


def at(status: str, surname: str) -> dict[str, object]:
    return a_pupil(Surname=surname, BasicDetails={**BASIC, "EnrolStatus": status})


def test_the_main_registration_wins_and_never_flips(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    for _ in range(2):
        this = bring_in(oak_lane, [at("S", "Bell")])
        assert this.counts["groups"]["basic-details"] == {"yielded": 1}
        bring_in(green_abbey, [at("M", "Okafor")])
        assert Pupil.objects.get().surname == "Okafor"
    assert not Replaced.objects.exists()


def test_a_registration_that_waits_for_a_person_takes_no_lead(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("C", "Okafor")])
    bring_in(oak_lane, [at("S", "Okafor")])
    asks = Ruling(demo=True, rules=Rules(Effect.ALWAYS_IMPORT, {"enrolment": Effect.ALWAYS_CONFLICT}))
    bring_in(oak_lane, [at("M", "Bell")], ruling=asks)
    assert Pupil.objects.get().surname == "Okafor"
    decide_now(wishes(Choice.ACCEPT), by=None)
    bring_in(oak_lane, [at("M", "Bell")], ruling=asks)
    assert Pupil.objects.get().surname == "Bell"


def test_the_main_school_leads_in_a_part_that_does_not_tell_of_the_registration(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [at("C", "Okafor")])
    bring_in(oak_lane, [at("M", "Bell")])
    bring_in(oak_lane, [a_pupil(Surname="Blake", BasicDetails=BASIC)], full=False)
    assert Pupil.objects.get().surname == "Blake"


def test_the_main_school_leads_on_in_what_a_person_wrote_over(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    bring_in(oak_lane, [at("S", "Okafor")])
    pupil = Pupil.objects.get()
    payload = {"Surname": "Bell", "Forename": "Daniel", "DOB": "2013-02-14", "Sex": "M"}
    change = Change.objects.create(source="person", source_name="O. Khan", rule="by-hand/")
    write_groups(green_abbey, {pupil.pk: {BASIC_DETAILS: payload}}, change)
    bring_in(oak_lane, [at("S", "Blake")])
    assert Pupil.objects.get().surname == "Bell"


def test_a_main_registration_that_comes_later_takes_over(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("S", "Okafor")])
    bring_in(oak_lane, [at("M", "Bell")])
    assert Pupil.objects.get().surname == "Bell"
    bring_in(green_abbey, [at("S", "Okafor")])
    assert Pupil.objects.get().surname == "Bell"


def test_of_two_equal_registrations_the_one_known_first_leads(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("C", "Okafor")])
    bring_in(oak_lane, [at("C", "Bell")])
    assert Pupil.objects.get().surname == "Okafor"


def test_the_other_school_leads_when_the_main_one_takes_the_pupil_off_its_roll(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    bring_in(oak_lane, [at("S", "Bell")])
    bring_in(green_abbey, [at("P", "Okafor")])
    bring_in(oak_lane, [at("S", "Bell")])
    assert Pupil.objects.get().surname == "Bell"


def test_a_group_that_the_main_school_never_told_is_taken_from_the_other(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    bring_in(oak_lane, [a_pupil(BasicDetails={**BASIC, "EnrolStatus": "S", "Ethnicity": "WBRI"})])
    assert ETHNICITY in {row.group for row in PupilGroup.objects.all()}


def tells(status: str, ethnicity: str) -> dict[str, object]:
    return a_pupil(BasicDetails={**BASIC, "EnrolStatus": status, "Ethnicity": ethnicity})


def ethnicity() -> object:
    return next(row.payload for row in PupilGroup.objects.all() if row.group is ETHNICITY).get("Ethnicity")


def test_what_the_main_school_told_by_an_import_that_was_undone_is_taken_from_the_other(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    this = bring_in(green_abbey, [tells("M", "WBRI")])
    bring_in(oak_lane, [tells("S", "BCRB")])
    assert ethnicity() == "WBRI"
    take_back(this)
    bring_in(oak_lane, [tells("S", "BCRB")])
    assert ethnicity() == "BCRB"


def test_what_the_main_school_told_by_a_decision_that_was_undone_is_taken_from_the_other(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    bring_in(green_abbey, [tells("M", "WBRI")], ruling=BY_CONFLICT)
    decision = decide_now(wishes(Choice.ACCEPT), by=None).decision
    assert decision is not None
    assert undo_decision(decision, "Wrong child", by=None)
    bring_in(oak_lane, [tells("S", "BCRB")])
    assert ethnicity() == "BCRB"


def test_in_what_an_undo_left_as_it_was_the_main_school_leads_on(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [at("M", "Okafor")])
    this = bring_in(green_abbey, [tells("M", "WBRI")])
    change = Change.objects.create(source="person", source_name="O. Khan", rule="by-hand/")
    write_groups(green_abbey, {Pupil.objects.get().pk: {ETHNICITY: {"Ethnicity": "WIRI"}}}, change)
    take_back(this)
    bring_in(oak_lane, [tells("S", "BCRB")])
    assert ethnicity() == "WIRI"
