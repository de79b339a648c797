"""What a document says and is not taken, what it does not say, and what one school says beside another."""

from typing import Any

import pytest
from django.db import transaction
from tests.authority.importing.importing_files import MONDAY, Written, arrived, bring_in, go_on, header_of
from tests.documents.students.files import a_file, a_pupil, pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing import carrying_out
from schoolgate.authority.importing.carrying_out import Telling
from schoolgate.authority.importing.guarding import few_pupils
from schoolgate.authority.importing.models import Import, ImportState, RemovalCandidate
from schoolgate.authority.importing.recognising import Recognition
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Attendance, Enrolment, Pupil, PupilGroup, PupilKey, Refusal, row_key
from schoolgate.authority.records.removing import remove
from schoolgate.commons.jobs.kinds import LeaseLost
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

ADA, ZOE = "F820432124002", "V820432124003"


def three() -> list[Record]:
    return [a_pupil(), a_pupil(UPN=ADA, Forename="Ada", Sex="F"), a_pupil(UPN=ZOE, Forename="Zoë", Sex="F")]


def register(school: str, marks: str) -> Record:
    return {
        "Year": "2026",
        "LEA": "820",
        "Estab": school,
        "SchoolName": "A school",
        **{f"Sessions{kind}": "0" for kind in ("Possible", "Attended", "Authorised", "Unauthorised")},
        "AttendSessions": {"AttendanceStartDate": "2026-09-07", "AttendanceMarks": marks},
    }


def test_two_schools_of_one_pupil_never_write_over_each_others_marks(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil(Attendance=[register("4321", "/\\/\\")])])
    bring_in(oak_lane, [a_pupil(Attendance=[register("2107", "NN//")])])
    assert Pupil.objects.count() == 1
    assert {one.base for one in Enrolment.objects.all()} == {green_abbey, oak_lane}
    assert {(one.enrolment.base, one.marks) for one in Attendance.objects.all()} == {
        (green_abbey, "/ \\ / \\ "),
        (oak_lane, "N N / / "),
    }


def test_a_pupil_is_active_as_long_as_any_school_has_it_on_its_roll(green_abbey: Base, oak_lane: Base) -> None:
    here, gone = ({"NCyearActual": "9", "EnrolStatus": status} for status in "CP")
    bring_in(green_abbey, [a_pupil(BasicDetails=here)])
    bring_in(oak_lane, [a_pupil(BasicDetails=here)])
    bring_in(green_abbey, [a_pupil(BasicDetails=gone)])
    assert Pupil.objects.get().active
    bring_in(oak_lane, [a_pupil(BasicDetails=gone)])
    assert not Pupil.objects.get().active


def test_a_school_may_speak_of_a_pupil_that_left_and_another_school_waits(green_abbey: Base, oak_lane: Base) -> None:
    gone = {"NCyearActual": "9", "EnrolStatus": "P"}
    bring_in(green_abbey, [a_pupil(BasicDetails=gone)])
    assert bring_in(green_abbey, [a_pupil(BasicDetails=gone, Surname="Bell")]).counts["pupils"] == {"changed": 1}
    other = bring_in(oak_lane, [a_pupil(Surname="Bell")])
    assert other.problems == [{"code": "inactive-match", "pupil": 1}]
    assert other.counts["pupils"] == {"unmatched": 1}


def test_a_value_that_cannot_be_right_is_refused_and_the_rest_goes_on(green_abbey: Base) -> None:
    basic = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    this = bring_in(green_abbey, [a_pupil(BasicDetails=basic)])
    assert this.counts["groups"]["identifiers"] == {"added": 1, "left_out": 1}
    refusal = Refusal.objects.get()
    assert (refusal.item, refusal.code, refusal.base) == ("FormerUPN", "bad-upn", green_abbey)
    assert "FormerUPN" not in PupilGroup.objects.get(key=row_key(refusal.pupil_id, group_named("identifiers"))).payload


def test_a_refusal_stands_as_long_as_the_school_says_the_same(green_abbey: Base) -> None:
    wrong = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    bring_in(green_abbey, [a_pupil(BasicDetails=wrong)])
    first = Refusal.objects.get()
    with Written() as written:
        again = bring_in(green_abbey, [a_pupil(BasicDetails=wrong)], shortcut=False)
    assert written.tables() == []
    assert again.counts["groups"]["identifiers"] == {"left_out": 1}
    assert Refusal.objects.get() == first
    bring_in(green_abbey, [a_pupil(BasicDetails={"NCyearActual": "9", "FormerUPN": "E820432124999"})])
    assert not Refusal.objects.exists()


def test_an_import_tells_new_refusals_from_those_that_stand(green_abbey: Base) -> None:
    wrong = a_pupil(BasicDetails={"NCyearActual": "9", "FormerUPN": "A820432124999"})
    ada = a_pupil(UPN=ADA, Forename="Ada", Sex="F", BasicDetails=wrong["BasicDetails"])
    bring_in(green_abbey, [wrong])
    again = bring_in(green_abbey, [wrong, ada])
    standing, new = Refusal.objects.order_by("first_seen_in")
    assert (standing.pupil.forename, new.pupil.forename) == ("Daniel", "Ada")
    met = [
        pupil for met in again.met.all() for fate, those in met.fates.items() if "left_out" in fate for pupil in those
    ]
    assert sorted(met) == sorted([standing.pupil_id, new.pupil_id])


def test_a_birth_in_the_future_is_looked_at_again_by_the_next_file(green_abbey: Base) -> None:
    """The same bytes are right once the day has come."""
    records = [a_pupil(DOB="2026-11-24")]
    bring_in(green_abbey, records)
    assert Refusal.objects.get().code == "birth-in-future"
    bring_in(green_abbey, records, created=MONDAY.replace(day=25))
    assert not Refusal.objects.exists()
    assert str(Pupil.objects.get().born) == "2026-11-24"


def test_a_pupil_twice_with_the_same_bytes_is_taken_once(green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil(), a_pupil()])
    assert this.pupils == 2
    assert this.counts["pupils"] == {"added": 1}


@pytest.mark.parametrize(
    "other",
    [
        a_pupil(Surname="Bell"),
        a_pupil(UPN="A820432124001"),
    ],
    ids=["same UPN", "no right UPN, same name and birth"],
)
def test_a_pupil_twice_with_other_bytes_is_not_taken_at_all(green_abbey: Base, other: Record) -> None:
    this = bring_in(green_abbey, [a_pupil(), other])
    assert this.problems == [{"code": "pupil-twice", "pupil": 1}, {"code": "pupil-twice", "pupil": 2}]
    assert this.counts["pupils"] == {"twice": 2}
    assert not Pupil.objects.exists()


def test_a_settled_pupil_who_stands_there_again_otherwise_is_not_taken_either(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    this = bring_in(green_abbey, [a_pupil(), a_pupil(Surname="Bell")])
    assert this.counts["pupils"] == {"twice": 2}
    assert Pupil.objects.get().surname == "Okafor"


def test_nothing_said_is_nothing_in_a_partial_file(green_abbey: Base) -> None:
    bring_in(green_abbey, three())
    bring_in(green_abbey, [a_pupil(BasicDetails={})], full=False)
    assert not RemovalCandidate.objects.exists()
    assert Enrolment.objects.filter(year_group="9").count() == 3


def test_nothing_said_in_a_full_file_is_a_candidate_and_goes_when_it_is_said_again(green_abbey: Base) -> None:
    bring_in(green_abbey, three())
    this = bring_in(green_abbey, [a_pupil(BasicDetails={}), *three()[1:]])
    assert [(one.group, one.item) for one in RemovalCandidate.objects.all()] == [
        (group_named("enrolment").number, "NCyearActual")
    ]
    assert this.counts["groups"]["enrolment"]["missing"] == 1
    assert Enrolment.objects.filter(year_group="9").count() == 3
    bring_in(green_abbey, three(), full=False)
    assert not RemovalCandidate.objects.exists()


def test_a_pupil_not_in_a_full_file_is_a_candidate_until_any_file_has_it(green_abbey: Base) -> None:
    everybody = pupils(6)
    bring_in(green_abbey, everybody)
    bring_in(green_abbey, everybody[:5])
    (candidate,) = RemovalCandidate.objects.all()
    assert (candidate.pupil.upn, candidate.group) == (everybody[5]["UPN"], None)
    assert Pupil.objects.count() == 6
    bring_in(green_abbey, everybody[5:], full=False)
    assert not RemovalCandidate.objects.exists()


@pytest.mark.parametrize(("sent", "waits"), [(4, False), (3, True), (0, True)])
def test_a_full_file_under_four_fifths_of_the_roll_asks_first(green_abbey: Base, sent: int, waits: bool) -> None:
    everybody = pupils(5)
    bring_in(green_abbey, everybody)
    with Written() as written:
        this = bring_in(green_abbey, everybody[:sent])
    assert (this.state is ImportState.WAITING) is waits
    assert bool(written.tables()) is not waits


def test_strangers_do_not_make_up_for_a_roll_that_is_missing(green_abbey: Base) -> None:
    bring_in(green_abbey, pupils(5))
    assert bring_in(green_abbey, three()).waiting == "few-pupils"


def test_a_pupil_is_found_by_new_names_only(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    names = PupilKey.objects.filter(kind=PupilKey.Kind.NAME).values_list("text", flat=True)
    assert sorted(names) == ["bell", "daniel"]


def test_a_file_refused_by_its_schema_leaves_nothing_behind(green_abbey: Base) -> None:
    this = bring_in(green_abbey, three(), change=lambda data: data.replace(b"<Sex>F</Sex>", b"<Sex>9</Sex>"))
    assert (this.state, len(this.problems)) == (ImportState.FAILED, 2)
    assert not Pupil.objects.exists()


def test_a_pupil_added_by_another_import_meanwhile_is_recognised_and_not_added_again(
    green_abbey: Base, oak_lane: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_first(roll: Any, found: Any) -> bool:
        monkeypatch.undo()
        bring_in(oak_lane, [a_pupil()])
        return False

    # The guard stands between recognising and writing.
    monkeypatch.setattr(carrying_out, "few_pupils", another_first)
    this = bring_in(green_abbey, three())
    assert this.counts["pupils"] == {"added": 2, "changed": 1}
    assert Pupil.objects.count() == 3


def test_an_attempt_that_lost_its_job_writes_nothing_more(green_abbey: Base) -> None:
    data = a_file(three(), header_of(green_abbey))

    def progress(done: int, total: int, text: str) -> None:
        if text == "reading" and done == 1:
            Import.objects.update(done=2)

    with pytest.raises(LeaseLost), transaction.atomic():
        go_on(arrived(green_abbey, data), data, telling=Telling(progress=progress))
    assert not Pupil.objects.exists()


def test_two_registers_of_one_year_are_one(green_abbey: Base) -> None:
    marks = [register("4321", "/\\--"), register("4321", "--/\\")]
    bring_in(green_abbey, [a_pupil(Attendance=marks)])
    assert Attendance.objects.get().marks == "/ \\ / \\ "
    again = bring_in(green_abbey, [a_pupil(Attendance=marks)], shortcut=False)
    assert again.counts["groups"][ATTENDANCE.name] == {"same": 1}


def test_lines_of_problems_are_right_though_others_were_passed_over(green_abbey: Base) -> None:
    """Whoever is passed over is not counted in lines: what is refused is read again for them."""
    records = pupils(30)
    bring_in(green_abbey, records)

    def spoilt(data: bytes) -> bytes:
        return data.replace(b"</CESpupilData>", b"<Stranger/></CESpupilData>")

    told = [bring_in(green_abbey, records, shortcut=shortcut, change=spoilt) for shortcut in (True, False)]
    assert told[0].problems == told[1].problems
    assert told[0].problems[0]["line"] > 30


def ada(**changes: Any) -> Record:
    return a_pupil(Forename="Ada", Sex="F", SuppInfo={"SuppID": "Example MIS 7.2", "GUID": "0B8F-11"}, **changes)


def test_a_upn_of_another_pupil_is_left_out_of_one_known_otherwise(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), ada(UPN=ADA)])
    this = bring_in(green_abbey, [ada(UPN=a_pupil()["UPN"])], full=False)
    assert this.counts["pupils"] == {"same": 1}
    assert Pupil.objects.get(forename="Ada").upn == ADA
    assert Refusal.objects.get().code == "upn-of-another-pupil"


def test_a_upn_is_taken_by_the_same_bytes_once_it_is_nobody_elses(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), ada(UPN=ADA)])
    for _ in range(2):
        bring_in(green_abbey, [ada(UPN=a_pupil()["UPN"])], full=False)
    remove(Pupil.objects.get(forename="Daniel"))
    this = bring_in(green_abbey, [ada(UPN=a_pupil()["UPN"])], full=False)
    assert this.counts["pupils"] == {"changed": 1}
    assert Pupil.objects.get().upn == a_pupil()["UPN"]
    assert not Refusal.objects.exists()


@pytest.mark.parametrize(("upn", "counted"), [(ADA, {"added": 2}), ("R82043212400A", {"twice": 2})])
def test_two_of_one_name_birth_and_sex_are_two_by_permanent_upns_only(
    green_abbey: Base, upn: str, counted: dict[str, int]
) -> None:
    this = bring_in(green_abbey, [a_pupil(), a_pupil(UPN=upn)])
    assert this.counts["pupils"] == counted


@pytest.mark.parametrize(("seen", "is_asked"), [(8, False), (7, True)])
def test_a_person_is_asked_when_a_full_file_lacks_more_than_a_fifth_of_the_roll(seen: int, *, is_asked: bool) -> None:
    found = Recognition(pupils=seen, seen=set(range(seen)))
    assert few_pupils(frozenset(range(10)), found) is is_asked


def test_a_pupil_stays_known_by_the_key_of_a_former_system(green_abbey: Base) -> None:
    bring_in(green_abbey, [ada(UPN=ADA)])
    bring_in(green_abbey, [ada(UPN=ADA) | {"SuppInfo": {"SuppID": "Example MIS 8.0", "GUID": "77C0-02"}}])
    guids = PupilKey.objects.filter(kind=PupilKey.Kind.GUID).values_list("text", flat=True)
    assert set(guids) == {"0b8f11", "77c002"}
