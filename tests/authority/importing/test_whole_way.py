"""What a file says, group by group, all the way into the tables and out again; and the tables as a whole."""

from typing import Any

import pytest
from django.apps import apps
from tests.authority.importing.importing_files import bring_in
from tests.authority.records.groups.files import made_up_records, written_and_read
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import, Met
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.exclusions import EXCLUSIONS
from schoolgate.authority.records.groups.registry import PUPIL_GROUPS, write_groups
from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, Pupil, PupilGroup, Refusal
from schoolgate.authority.records.models.attendance import attendance_payload
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

NAMED = ("UPN", "Surname", "Forename", "DOB", "Sex")


def with_little_else(group: DataGroup) -> list[Record]:
    """Pupils of a made-up school who have something of this group, cut down to what surrounds it."""
    names = {*NAMED, *(item.steps[0] for item in group.items)}
    chosen = [record for record in made_up_records() if group.read(record)][:3]
    return [{name: value for name, value in record.items() if name in names} for record in chosen]


def held_of(upn: str, base: Base) -> dict[DataGroup, Payload]:
    """All that is held of one pupil, with what ``base`` told of its own time."""
    enrolment = Enrolment.objects.get(pupil__upn=upn, base=base)
    rows = [*PupilGroup.objects.of(enrolment.pupil_id), *EnrolmentGroup.objects.of(enrolment.pk)]
    held = {row.group: row.payload for row in rows}
    if registers := attendance_payload(Attendance.objects.filter(enrolment=enrolment).order_by("pk"), base):
        held[ATTENDANCE] = registers
    return held


@pytest.mark.parametrize("group", PUPIL_GROUPS, ids=lambda group: group.name)
def test_a_group_is_filled_from_a_file_shown_compared_and_exported(group: DataGroup, green_abbey: Base) -> None:
    sent = with_little_else(group)
    first = bring_in(green_abbey, sent)
    assert first.counts["groups"][group.name] == {"added": len(sent)}
    for record in written_and_read(sent):
        held, said = held_of(record["UPN"], green_abbey), group.read(record)
        assert said is not None
        assert group.normal(held[group]) == group.normal(said)
        assert {row.item for row in group.show(held[group])} == said.keys()
        (exported,) = written_and_read([write_groups(held)])
        assert group.normal(group.read(exported) or {}) == group.normal(said)
    again = bring_in(green_abbey, sent, shortcut=False)
    assert again.counts["groups"][group.name] == {"same": len(sent)}


def every_table() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but what an import writes of itself: its own row, and whom it met."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in apps.get_models()
        if model not in {Import, Met}
    }


def test_the_same_file_again_changes_no_row_of_any_table(green_abbey: Base, oak_lane: Base) -> None:
    wrong = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    records = [*made_up_records()[:20], a_pupil(BasicDetails=wrong)]
    bring_in(green_abbey, records)
    bring_in(oak_lane, records[:3])
    bring_in(green_abbey, records)
    before = every_table()
    this = bring_in(green_abbey, records)
    assert this.counts["pupils"] == {"same": 21}
    assert every_table() == before


def test_a_code_that_is_not_of_its_year_is_left_out_and_its_neighbour_goes_on(green_abbey: Base) -> None:
    record = next(record for record in made_up_records() if "Exclusions" in record)
    right = {**record["Exclusions"][0], "Reasons": ["DB"]}
    wrong = {**right, "Reasons": ["DB", "OT"]}
    this = bring_in(green_abbey, [{**record, "Exclusions": [wrong]}])
    assert this.counts["groups"]["exclusions"] == {"added": 1, "left_out": 1}
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.value_text) == ("code-not-of-year", '"OT"')
    assert held_of(record["UPN"], green_abbey)[EXCLUSIONS] == {"Exclusions": [right]}


def test_a_pupil_who_moves_takes_its_details_along_and_each_school_keeps_its_own(
    green_abbey: Base, oak_lane: Base, far_hill: Base
) -> None:
    """Dual registration, a move, and a school of another LA: three enrolments of one pupil."""
    pupil = made_up_records()[0]

    def told(status: str, **changes: Any) -> Record:
        return {**pupil, "BasicDetails": {**pupil["BasicDetails"], "EnrolStatus": status}, **changes}

    for base in (green_abbey, oak_lane, far_hill):
        bring_in(base, [told("M" if base is green_abbey else "S")])
    bring_in(green_abbey, [told("P")])
    bring_in(oak_lane, [told("M", Forename="Renamed")])
    moved = Pupil.objects.get()
    assert (moved.forename, moved.active) == ("Renamed", True)
    status = {enrolment.base: enrolment.status for enrolment in Enrolment.objects.all()}
    assert status == {green_abbey: "P", oak_lane: "M", far_hill: "S"}
    registers = {base: held_of(pupil["UPN"], base)[ATTENDANCE] for base in status}
    assert registers[green_abbey] == ATTENDANCE.read(pupil)
    assert registers[oak_lane] == registers[far_hill] == registers[green_abbey]
