"""An import of what was collected, on the pages that files' imports have."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, BEN, School, who

from schoolgate.authority.collection.models import Data
from schoolgate.wire.mis.connector import Group

pytestmark = pytest.mark.django_db


def test_it_has_a_page_and_stands_in_the_list(school: School, collect: Collect, as_officer: Client) -> None:
    school.enrol(AMINA, "Amina")
    run = collect()
    assert run.its_import is not None

    page = as_officer.get(reverse("import", args=[run.its_import.pk]))
    listed = as_officer.get(reverse("imports"))

    assert (page.status_code, listed.status_code) == (200, 200)
    assert run.its_import.source_name in listed.text
    assert as_officer.get(reverse("today")).status_code == 200


def test_who_was_not_taken_is_named_from_what_was_collected(
    school: School, collect: Collect, as_officer: Client
) -> None:
    school.say(AMINA, Group.PUPIL, who(AMINA, "Amina"))
    school.say(BEN, Group.PUPIL, who(BEN, "Amina", Surname="Okafor"))
    run = collect(Data.SNAPSHOT)
    assert run.its_import is not None
    assert run.counts["unmatched"] == 2

    page = as_officer.get(reverse("import-list", args=[run.its_import.pk, "twice"]))
    assert page.status_code == 200
    assert "Okafor" in page.text
