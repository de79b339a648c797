"""The screens of received files, refusals and today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery, SigningKey
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.backups.models import Restoration
from schoolgate.commons.web.finding import find

Sample = Callable[..., bytes]
TODAY = "/authority/"


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


@pytest.fixture
def received(program: Any, student_file: Sample) -> ReceivedFile:
    assert program.put(student_file()).status_code == 201
    return ReceivedFile.objects.get()


@pytest.fixture
def refused(program: Any, student_file: Sample) -> RefusedDelivery:
    program.put(student_file(school="4322"))
    return RefusedDelivery.objects.get()


def test_the_list_tells_each_file_with_its_school_and_reference(as_officer: Client, received: ReceivedFile) -> None:
    shown = text(as_officer.get(reverse("received-files")))
    assert received.name in shown
    assert "Green Abbey Primary School" in shown
    assert str(received.ref) in shown
    assert "Queued" in shown


def test_the_list_finds_a_file_by_its_reference(as_officer: Client, received: ReceivedFile) -> None:
    assert received.name in text(as_officer.get(reverse("received-files"), {"q": str(received.ref)}))
    assert received.name not in text(as_officer.get(reverse("received-files"), {"q": "B-19990101-0001"}))


@pytest.mark.parametrize("sort", ["received_at", "-received_at", "name", "base__name", "-size", "ref"])
def test_the_list_sorts_by_every_column_it_offers(as_officer: Client, received: ReceivedFile, sort: str) -> None:
    assert received.name in text(as_officer.get(reverse("received-files"), {"sort": sort}))


def test_the_list_marks_a_name_that_was_used_before(program: Any, as_officer: Client, received: ReceivedFile) -> None:
    from schoolgate.authority.exchange.models import ReceivedFile as Files

    assert "used before" not in text(as_officer.get(reverse("received-files")))
    Files.objects.create(
        base=received.base,
        kind="student",
        name=received.name,
        sha256="1" * 64,
        size=1,
        account=received.account,
        received_at=received.received_at,
        outcome_changed_at=received.received_at,
        ref="B-1",
        receipt="",
    )
    assert "used before" in text(as_officer.get(reverse("received-files")))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_downloads(as_officer: Client, received: ReceivedFile, form: str) -> None:
    answer = as_officer.get(reverse("received-files"), {"format": form})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]


def test_a_files_page_tells_its_story(as_officer: Client, received: ReceivedFile) -> None:
    shown = text(as_officer.get(reverse("received-file", args=[received.pk])))
    for told in (received.name, received.sha256, str(received.ref), received.receipt, "Queued", "Green Abbey"):
        assert told in shown


def test_two_files_of_one_name_point_at_each_other(
    program: Any, as_officer: Client, received: ReceivedFile, student_file: Sample
) -> None:
    program.put(student_file(filling=1))
    second = ReceivedFile.objects.order_by("-pk")[0]
    first_page = text(as_officer.get(reverse("received-file", args=[received.pk])))
    second_page = text(as_officer.get(reverse("received-file", args=[second.pk])))
    assert "used again" in first_page
    assert reverse("received-file", args=[second.pk]) in first_page
    assert "used before" in second_page
    assert reverse("received-file", args=[received.pk]) in second_page


def test_the_xml_downloads_as_it_came_and_stands_in_the_audit(
    as_officer: Client, received: ReceivedFile, student_file: Sample
) -> None:
    answer: Any = as_officer.get(reverse("received-xml", args=[received.pk]))
    assert b"".join(answer) == student_file()
    assert received.name in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(did="file downloaded", who="omar").exists()


def test_who_asks_for_content_that_is_gone_is_led_back_to_the_files_page(
    as_officer: Client, received: ReceivedFile
) -> None:
    ReceivedFile.objects.update(sha256="0" * 64)
    answer = as_officer.get(reverse("received-xml", args=[received.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("received-file", args=[received.pk]))
    assert not AuditEntry.objects.filter(did="file downloaded").exists()


def test_refusals_are_listed_with_their_reason(as_officer: Client, refused: RefusedDelivery) -> None:
    assert "Name and content differ" in text(as_officer.get(reverse("refused-deliveries")))
    assert refused.reason.split(".")[0] in text(as_officer.get(reverse("refused-delivery", args=[refused.pk])))


def test_no_refusal_is_good_news(as_officer: Client, la: str) -> None:
    assert "empty-good" in text(as_officer.get(reverse("refused-deliveries")))


def test_today_says_that_a_refused_file_needs_somebody(as_officer: Client, refused: RefusedDelivery) -> None:
    assert "was refused, and nothing has come since" in text(as_officer.get(TODAY))


def test_today_is_content_once_the_school_has_sent_a_good_file(
    as_officer: Client, refused: RefusedDelivery, received: ReceivedFile
) -> None:
    assert "was refused" not in text(as_officer.get(TODAY))


def test_today_counts_what_came_and_what_was_refused(
    as_officer: Client, refused: RefusedDelivery, received: ReceivedFile
) -> None:
    today = as_officer.get(TODAY).context["today"]
    assert (today.received, today.refused) == (1, 1)


def test_today_names_schools_never_heard_from(as_officer: Client, received: ReceivedFile, oak_lane: Base) -> None:
    today = as_officer.get(TODAY).context["today"]
    assert (today.silent, today.bases) == (1, 2)
    listed = text(as_officer.get(reverse("silent-bases")))
    assert "Oak Lane" in listed
    assert "Green Abbey" not in listed


def test_today_of_a_new_site_names_the_first_steps(as_administrator: Client, db: None) -> None:
    shown = text(as_administrator.get(TODAY))
    assert reverse("administration") in shown
    assert reverse("add-base") in shown


def test_today_leads_an_officer_to_no_page_that_only_administrators_open(
    as_officer: Client, as_administrator: Client, la: str
) -> None:
    Restoration.objects.create(made_at=timezone.now() - timedelta(hours=20), at=timezone.now() - timedelta(hours=2))
    link = f'href="{reverse("backups")}"'
    shown = text(as_officer.get(TODAY))
    assert "put back from a backup" in shown
    assert "An administrator of this site can see to it." in shown
    assert link not in shown
    assert link in text(as_administrator.get(TODAY))


@pytest.mark.parametrize("typed", ["8204321_CES", "8204321", "820 4321", "4321", "green abbey"])
def test_a_file_is_found_by_name_number_and_school(officer: User, received: ReceivedFile, typed: str) -> None:
    assert [found.name for found in find(officer, typed) if found.state == "queued"] == [received.name]


def test_a_file_is_found_by_its_reference_and_its_digest(officer: User, received: ReceivedFile) -> None:
    for typed in (str(received.ref), received.sha256, received.sha256[:10].upper()):
        assert [found.link for found in find(officer, typed)] == [reverse("received-file", args=[received.pk])]


def test_a_few_digits_find_no_file_by_its_digest(officer: User, received: ReceivedFile) -> None:
    assert find(officer, received.sha256[:5]) == []


def test_a_refused_file_is_found_too(officer: User, refused: RefusedDelivery) -> None:
    assert [found.state for found in find(officer, refused.name)] == ["refused"]


def test_who_may_see_no_files_finds_none(received: ReceivedFile, refused: RefusedDelivery) -> None:
    assert find(User(username="x", role="sender"), "8204321") == []


def test_an_administrator_retires_the_key_in_use(as_administrator: Client, received: ReceivedFile) -> None:
    kid = SigningKey.objects.get().kid
    assert kid in text(as_administrator.get(reverse("receipt-keys")))
    assert "cannot be undone" in text(as_administrator.get(reverse("retire-receipt-key")))
    assert SigningKey.objects.get(kid=kid).retired_at is None
    as_administrator.post(reverse("retire-receipt-key"))
    assert SigningKey.objects.get(kid=kid).retired_at is not None
    assert AuditEntry.objects.filter(did="receipt key retired", who="ada").exists()


def test_an_officer_retires_no_key(as_officer: Client, received: ReceivedFile) -> None:
    assert as_officer.post(reverse("retire-receipt-key")).status_code == 403


PAGES = ["today", "received-files", "refused-deliveries", "silent-bases"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_no_page(stranger: Client, la: str, page: str) -> None:
    assert stranger.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("page", [*PAGES, "received-file", "received-xml"])
def test_an_exchange_account_sees_no_page(
    received: ReceivedFile, signed_in: Callable[[User], Client], page: str
) -> None:
    client = signed_in(received.account)
    arguments = [received.pk] if page in {"received-file", "received-xml"} else []
    assert client.get(reverse(page, args=arguments)).status_code == 403
