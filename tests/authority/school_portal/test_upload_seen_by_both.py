"""What the LA asks a school for, and how it reads by which way a file came."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.school_portal.uploads import pupil_file, text, upload
from tests.documents.students.files import pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.outbox import ask
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.usefixtures("whoever_is_new_is_added")


def test_what_the_la_asks_for_stands_above_the_upload_and_goes_once_it_was_imported(
    as_hana: Client, green_abbey: Base
) -> None:
    ask(green_abbey, run=1, data="snapshot", task_name="Autumn snapshot")
    address = reverse("portal-upload", args=[green_abbey.pk])
    assert "Bedford Borough asks for a full pupil file" in text(as_hana.get(address))
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    work_off()
    assert OutboxEntry.objects.get().state == "closed"
    assert "asks for" not in text(as_hana.get(address))


def test_who_has_sent_what_was_asked_for_is_not_asked_again_before_it_is_imported(
    as_hana: Client, green_abbey: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    ask(green_abbey, run=1, data="snapshot", task_name="Autumn snapshot")
    places = [reverse(route, args=[green_abbey.pk]) for route in ("portal-upload", "portal-files", "portal-tiles")]
    assert all("asks for a full pupil file" in text(as_hana.get(place)) for place in places)
    upload(as_hana, green_abbey, pupil_file(green_abbey, pupils(3)), "8204321_CES_820LLLL_002.xml")
    for place in places[:2]:
        assert "has come and is not imported yet: nothing to do until it is." in text(as_hana.get(place))
    assert "A file is asked for" not in text(as_hana.get(places[2]))


def test_the_la_reads_that_a_request_stands_in_the_portal_where_the_school_has_people_there(
    as_officer: Client, green_abbey: Base, oak_lane: Base, hana: User
) -> None:
    for base in (green_abbey, oak_lane):
        ask(base, run=1, data="snapshot", task_name="Autumn snapshot")
    pages = [text(as_officer.get(reverse("base", args=[base.pk]))) for base in (green_abbey, oak_lane)]
    assert ["its people read it in the School Portal" in page for page in pages] == [True, False]


def test_the_la_reads_by_which_way_and_from_whom_it_came(
    as_hana: Client, as_officer: Client, green_abbey: Base
) -> None:
    upload(as_hana, green_abbey, pupil_file(green_abbey))
    assert "School Portal" in text(as_officer.get(reverse("received-files")))
    shown = text(as_officer.get(reverse("received-file", args=[ReceivedFile.objects.get().pk])))
    assert 'School Portal, Hana Reed, user <span class="code">hana</span>' in shown
