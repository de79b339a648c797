"""A whole import: from a file to what is held."""

import pytest
from tests.authority.importing.importing_files import Written, bring_in, held
from tests.documents.students.files import a_pupil, pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import ImportState
from schoolgate.authority.records.models import Change, Enrolment, Pupil, PupilGroup, Replaced, Settled

pytestmark = pytest.mark.django_db


def test_a_first_file_adds_its_pupils_and_says_where_each_value_is_from(green_abbey: Base) -> None:
    this = bring_in(green_abbey, pupils(30))
    assert this.state is ImportState.COMPLETED
    assert this.counts["pupils"] == {"added": 30}
    assert (this.pupils, this.done) == (30, 30)
    assert Pupil.objects.count() == Enrolment.objects.filter(base=green_abbey).count() == 30
    (change,) = Change.objects.all()
    assert (change.rule, change.source_key, change.base) == ("new/always-import", this.source_key, green_abbey)
    assert not Replaced.objects.exists()
    assert not PupilGroup.objects.exclude(change=change).exists()


@pytest.mark.parametrize("shortcut", [True, False])
def test_the_same_file_again_writes_nothing(green_abbey: Base, shortcut: bool) -> None:
    first = bring_in(green_abbey, pupils(30))
    before = held()
    with Written() as written:
        again = bring_in(green_abbey, pupils(30), shortcut=shortcut)
    assert written.tables() == []
    assert held() == before
    assert again.counts["pupils"] == {"same": 30}
    assert {name: of["same"] for name, of in again.counts["groups"].items()} == {
        name: of["added"] for name, of in first.counts["groups"].items()
    }
    assert Change.objects.count() == 1


def test_only_what_differs_is_written_and_what_stood_there_is_kept(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada", Sex="F")])
    this = bring_in(green_abbey, [a_pupil(Surname="Bell"), a_pupil(UPN="F820432124002", Forename="Ada", Sex="F")])
    assert this.counts["pupils"] == {"changed": 1, "same": 1}
    assert this.counts["groups"]["basic-details"] == {"changed": 1, "same": 1}
    (replaced,) = Replaced.objects.all()
    assert replaced.payload["Surname"] == "Okafor"
    assert replaced.replaced_by.rule == "upn/always-import"
    assert Pupil.objects.get(surname="Bell").surname_key == "bell"


def test_every_write_to_a_pupil_unsettles_it_everywhere(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil(Surname="Bell", BasicDetails={"EnrolStatus": "M"})])
    assert [row.base for row in Settled.objects.all()] == [oak_lane]
    assert Pupil.objects.get().surname == "Bell"
