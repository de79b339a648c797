"""The pack has all that is held of one person, and nothing of others."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff
from tests.authority.requests.asking import SISTER, ask, collected, daniel, hold_daniel

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.records.models import Pupil, StaffMember
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.authority.requests.pack import NotHeld, make_pack
from schoolgate.authority.requests.receiving import Closed, close
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def pupil(green_abbey: Base, officer: User) -> Pupil:
    return hold_daniel(green_abbey, officer)


def unpack(asked: DataRequest, *, with_own_words: bool = False, by: User | None = None) -> tuple[dict[str, Any], str]:
    """The JSON's parts, and the page."""
    with zipfile.ZipFile(io.BytesIO(make_pack(asked, with_own_words=with_own_words, by=by))) as archive:
        assert archive.namelist() == ["everything.html", "everything.json"]
        return json.loads(archive.read("everything.json")), archive.read("everything.html").decode()


def test_every_value_is_in_it_with_its_history_and_where_it_is_from(pupil: Pupil) -> None:
    told, page = unpack(ask(pupil, Kind.ACCESS))
    surnames = [row for row in told["held"]["values"] if row["words"] in {"Okafor", "Bell"}]
    assert [(row["value"], row["until"] is None) for row in surnames] == [("Okafor", True), ("Bell", False)]
    assert surnames[0]["from"] == "8204321_CES_820LLLL_001.xml, Green Abbey Primary School"
    assert "Quarry Lane" in page
    assert len(told["held"]["files"]) == 2
    assert told["held"]["schools"][0]["number"] == "8204321"


def test_what_waits_for_somebody_to_decide_is_in_it(pupil: Pupil, green_abbey: Base, oak_lane: Base) -> None:
    asking = Ruling(demo=True, add_unmatched=False)
    unsure = daniel(UPN="T820432117003", SuppInfo=None, Surname="Okaford", DOB="2013-02-14")
    bring_in(oak_lane, [unsure, SISTER], ruling=asking, full=False)
    told, _ = unpack(ask(pupil, Kind.ACCESS))
    assert "unmatched" not in told["held"]
    pupil.keys.all().delete()
    bring_in(oak_lane, [daniel(SuppInfo=None)], ruling=asking, full=False)
    told, _ = unpack(ask(pupil, Kind.ACCESS))
    assert "R820432124001" in {row["words"] for row in told["held"]["unmatched"]}


def test_what_a_schools_system_said_beside_is_in_it_but_not_its_contacts(pupil: Pupil, green_abbey: Base) -> None:
    collected(green_abbey)
    told, page = unpack(ask(pupil, Kind.ACCESS))
    assert {row["words"] for row in told["held"]["collected"]} >= {"Q07", '[{"said":"Q07"}]'}
    assert len(told["held"]["collected"]) == 3
    assert len(told["held"]["suspended"]) == 1
    for secret in ("Wexford", 'Nobody"', "Sorrel"):
        assert secret not in json.dumps(told) + page


def test_nothing_of_contacts_siblings_and_what_colleagues_wrote_is_in_it(pupil: Pupil) -> None:
    told, page = unpack(ask(pupil, Kind.ACCESS))
    for secret in ("Wexford", "Grace", "Sorrel", "F820432124002"):
        assert secret not in json.dumps(told) + page
    assert any(line.startswith("One contact is held") for line in told["left_out"])
    assert any("One note or reason" in line for line in told["left_out"])


def test_what_colleagues_wrote_is_in_it_once_somebody_read_it(pupil: Pupil) -> None:
    told, _ = unpack(ask(pupil, Kind.ACCESS), with_own_words=True)
    assert told["held"]["notes"][0]["text"] == "His sister Sorrel asked for him."


def test_a_value_of_many_parts_is_read_line_by_line_and_each_cell_says_what_it_is(pupil: Pupil) -> None:
    told, page = unpack(ask(pupil, Kind.ACCESS))
    (address,) = [row["words"] for row in told["held"]["values"] if row["item"] == "Address"]
    assert "Street: Quarry Lane" in address.splitlines()
    assert f'<td data-label="Value">{address}</td>' in page


def test_the_page_is_whole_by_itself(pupil: Pupil) -> None:
    _, page = unpack(ask(pupil, Kind.ACCESS))
    assert "<style>" in page
    assert not any(word in page for word in ("href=", "src=", "http://", "https://", "url("))


def test_who_looked_is_in_it_and_so_is_this_look_in_the_audit(pupil: Pupil, officer: User) -> None:
    asked = ask(pupil, Kind.ACCESS, by=officer)
    told, _ = unpack(asked, by=officer)
    assert {"who": officer.username, "did": "request written down"}.items() <= told["held"]["looks"][0].items()
    assert AuditEntry.objects.filter(did="pack made", about=f"pupil {pupil.pk}", user=officer).count() == 1
    assert AuditEntry.objects.filter(did="pupil seen", details=f"everything, for {asked.ref}").count() == 1


def test_a_member_of_staff_gets_one_too(green_abbey: Base) -> None:
    bring_in_staff(green_abbey, [MIRIAM])
    told, page = unpack(ask(StaffMember.objects.get(), Kind.ACCESS))
    assert {"AB123456C", "0912345"} <= {row["words"] for row in told["held"]["values"]}
    assert "Hartley" in page


def test_the_number_of_queries_does_not_grow_with_what_is_held(
    pupil: Pupil, green_abbey: Base, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(400) as first:
        unpack(ask(pupil, Kind.ACCESS))
    for day in range(2, 5):
        bring_in(green_abbey, [daniel(Surname=f"Okafor {day}"), SISTER], created=MONDAY + timedelta(days=day))
    with django_assert_max_num_queries(len(first)):
        unpack(ask(pupil, Kind.ACCESS))


def test_none_is_made_of_a_closed_request_or_of_a_record_that_is_gone(pupil: Pupil) -> None:
    asked, gone = ask(pupil, Kind.ACCESS), ask(pupil, Kind.ACCESS)
    close(asked, State.DONE, "Sent.", by=None)
    DataRequest.objects.filter(pk=gone.pk).update(pupil=None)
    with pytest.raises(Closed):
        unpack(asked)
    with pytest.raises(NotHeld):
        unpack(gone)
