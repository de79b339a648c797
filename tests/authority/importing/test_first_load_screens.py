"""Loading existing records on the pages: who may, what is shown, and that the whole way works."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.authority.importing.test_first_load import AMY, HEADINGS, tried

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import FirstLoad
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]

BOB = "F820432124002,Brown,Bob,2016-05-02,M,820,4321,2020-09-01,5,C"
ADDRESSES = ("first-load-file", "first-load-rows", "schools-without-base")
STEPS = ("load-first", "try-first-again", "discard-first")


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content, "utf-8")


def test_a_file_is_given_tried_looked_at_and_loaded(as_administrator: Client, green_abbey: Base) -> None:
    file = SimpleUploadedFile("old.csv", f"{HEADINGS}\n{AMY}\n{BOB}\n".encode())
    given = as_administrator.post(reverse("first-load"), {"file": file})
    first = FirstLoad.objects.get()
    address = reverse("first-load-file", args=[first.pk])
    assert given.headers["Location"] == address
    assert "It is being tried; nothing is saved." in text(as_administrator.get(address))
    work_off()
    page = text(as_administrator.get(address))
    assert "Nothing is saved yet." in page
    assert "Amy Amber" in page
    assert not Pupil.objects.exists()
    (tried_at,) = re.findall(r'name="tried_at" value="([^"]+)"', page)
    as_administrator.post(reverse("load-first", args=[first.pk]), {"tried_at": tried_at})
    work_off()
    page = text(as_administrator.get(address))
    assert "2 pupils added" in page
    part = reverse("import", args=[first.imports.get().pk])
    assert part in page
    assert "old.csv" in text(as_administrator.get(part))
    assert "Amy Amber" not in page
    assert Pupil.objects.count() == 2
    assert "old.csv" in text(as_administrator.get(reverse("first-load")))


def test_who_looked_at_an_older_trial_is_told_and_nothing_is_loaded(
    as_administrator: Client, green_abbey: Base
) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    seen = first.tried_at
    assert seen is not None
    as_administrator.post(reverse("try-first-again", args=[first.pk]))
    work_off()
    answer = as_administrator.post(reverse("load-first", args=[first.pk]), {"tried_at": seen.isoformat()}, follow=True)
    assert "This is not what you looked at any more" in text(answer)
    work_off()
    assert not Pupil.objects.exists()


def test_rows_that_are_refused_are_all_in_a_file_by_line_and_without_names(
    as_administrator: Client, green_abbey: Base
) -> None:
    first = tried(f"{HEADINGS}\n{AMY.replace(',F,', ',Q,')}\n{BOB.replace(',4321,', ',9999,')}\n")
    address = reverse("first-load-rows", args=[first.pk])
    lines = text(as_administrator.get(address + "?format=csv")).splitlines()
    assert lines[1] == '2,,Not right,sex,"What stands there is not allowed; allowed is one of F, M."'
    assert lines[2] == "3,820/9999,Of a school that is no base here,,This school is no base here."
    assert "Amber" not in text(as_administrator.get(address))
    schools = text(as_administrator.get(reverse("schools-without-base", args=[first.pk])))
    assert schools.splitlines()[1] == ",820,9999,1"


def test_a_file_that_cannot_be_read_says_why_and_a_form_without_one_too(as_administrator: Client, la: str) -> None:
    first = tried("surname,forename\n")
    page = text(as_administrator.get(reverse("first-load-file", args=[first.pk])))
    assert "It cannot be read." in page
    assert "it lacks dob, sex, school_number" in page
    assert as_administrator.post(reverse("first-load"), {}).status_code == 422


def test_looking_at_examples_stands_in_the_audit(
    as_administrator: Client, administrator: User, green_abbey: Base
) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    as_administrator.get(reverse("first-load-file", args=[first.pk]))
    assert AuditEntry.objects.get(did="existing records seen").user == administrator


def test_a_discarded_file_can_be_chosen_once_more(as_administrator: Client, green_abbey: Base) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    as_administrator.post(reverse("discard-first", args=[first.pk]))
    assert "The file is discarded." in text(as_administrator.get(reverse("first-load-file", args=[first.pk])))


def test_only_administrators_load_existing_records(
    officer: User, sender: User, stranger: Client, signed_in: SignedIn, green_abbey: Base
) -> None:
    first = tried(f"{HEADINGS}\n{AMY}\n")
    for person, status in ((signed_in(officer), 403), (signed_in(sender), 403), (stranger, 302)):
        assert person.get(reverse("first-load")).status_code == status
        assert {person.get(reverse(name, args=[first.pk])).status_code for name in ADDRESSES} == {status}
        assert {person.post(reverse(name, args=[first.pk])).status_code for name in STEPS} == {status}
    work_off()
    assert not Pupil.objects.exists()


def test_the_list_of_files_asks_the_same_number_of_questions_however_many(
    as_administrator: Client, green_abbey: Base, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        FirstLoad.objects.create(name=f"{number}.csv", sha256=f"{number:064}", size=1)
    with django_assert_max_num_queries(12):
        as_administrator.get(reverse("first-load"))
