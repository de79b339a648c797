"""The screens of many bases: list and preview, letters, licences, changing many."""

import base64
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.la import LA_NUMBER, OUT_OF_COUNTY_LICENCE
from schoolgate.authority.bases.models import Base, CodeBatch, ConnectionCode
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

LIST = "name,LA no.,school no.,e-mail\nHill Top,820,1001,office@hill.example\nOak Lane,820,21,\nFar Hill,823,4001,\n"


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def upload(browser: Client, content: str | bytes = LIST, name: str = "schools.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return browser.post(reverse("import-bases"), {"file": SimpleUploadedFile(name, data)})


def confirm(browser: Client, content: str = LIST) -> Any:
    form = {"name": "schools.csv", "content": base64.b64encode(content.encode()).decode()}
    return browser.post(reverse("confirm-import"), form, follow=True)


def test_a_list_is_shown_line_by_line_before_anything_is_made(as_officer: Client, la: str) -> None:
    shown = text(upload(as_officer))
    assert "Make 2 bases" in shown
    assert "has 2 digits and needs 4" in shown
    assert "no Out of County licence" in shown
    assert not Base.objects.exists()


def test_what_the_preview_sends_back_is_what_was_uploaded(as_officer: Client, la: str) -> None:
    content = "name;la;school no\nÉcole;820;1001\n".encode("cp1252")
    answer = upload(as_officer, content)
    as_officer.post(reverse("confirm-import"), {"name": "x", "content": answer.context["content"]})
    assert Base.objects.get().name == "École"


def test_confirmed_the_bases_are_made_and_their_codes_shown(as_officer: Client, la: str) -> None:
    shown = text(confirm(as_officer))
    assert "2 bases were made." in shown
    assert "line 3" in shown
    for code in ConnectionCode.objects.all():
        assert str(code.code) in shown


def test_confirmed_again_nothing_is_changed_and_it_says_so(as_officer: Client, la: str) -> None:
    confirm(as_officer)
    assert "Nothing was changed. 2 were known" in text(confirm(as_officer))
    assert "There is nothing new in this file." in text(upload(as_officer))


def test_a_file_that_is_no_list_is_told_beside_the_field(as_officer: Client, la: str) -> None:
    answer = upload(as_officer, "Green Abbey,820\n")
    assert answer.status_code == 422
    assert "must name the columns" in text(answer)


@pytest.mark.parametrize("content", ["not base 64!", "", base64.b64encode(b"x").decode()])
def test_a_form_that_came_back_broken_makes_nothing(as_officer: Client, la: str, content: str) -> None:
    answer = as_officer.post(reverse("confirm-import"), {"content": content}, follow=True)
    assert "did not come back whole" in text(answer)


def test_letters_have_all_a_school_needs(as_officer: Client, la: str, settings: Any) -> None:
    confirm(as_officer)
    shown = text(as_officer.get(reverse("code-letters", args=[CodeBatch.objects.get().pk])))
    code = ConnectionCode.objects.get(account__username="8201001")
    for said in ("Hill Top", str(code.code), settings.SCHOOLGATE_URL, "Data team, 01234 000000", "Bedford Borough"):
        assert said in shown
    assert f"{timezone.localtime(code.expires_at):%b %Y}" in shown
    assert shown.count('class="letter"') == 2


def test_used_and_expired_codes_have_no_letter(as_officer: Client, la: str) -> None:
    confirm(as_officer)
    ConnectionCode.objects.filter(account__username="8201001").update(used_at=timezone.now(), code=None)
    address = reverse("code-letters", args=[CodeBatch.objects.get().pk])
    assert text(as_officer.get(address)).count('class="letter"') == 1
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        # The session has run out by then as well, so somebody signs in anew.
        as_officer.force_login(User.objects.get(username="omar"), "django.contrib.auth.backends.ModelBackend")
        assert "there is no letter" in text(as_officer.get(address))


def test_the_list_to_send_has_a_row_for_each_school(as_officer: Client, la: str) -> None:
    confirm(as_officer)
    answer: Any = as_officer.get(reverse("codes-to-send", args=[CodeBatch.objects.get().pk]))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    code = ConnectionCode.objects.get(account__username="8201001")
    assert len(lines) == 3
    assert lines[1].startswith(f"Hill Top,820,1001,8201001,office@hill.example,http://testserver,{code.code},")


@pytest.mark.parametrize("page", ["code-batch", "code-letters", "codes-to-send"])
def test_each_look_at_codes_stands_in_the_audit(as_officer: Client, la: str, page: str) -> None:
    confirm(as_officer)
    shown = AuditEntry.objects.filter(did="connection codes shown", who="omar", target="schools.csv")
    before = shown.count()
    as_officer.get(reverse(page, args=[CodeBatch.objects.get().pk]))
    assert shown.count() == before + 1


def test_a_batch_whose_codes_are_all_used_shows_none(as_officer: Client, la: str) -> None:
    confirm(as_officer)
    shown = AuditEntry.objects.filter(did="connection codes shown")
    before = shown.count()
    ConnectionCode.objects.update(used_at=timezone.now(), code=None)
    as_officer.get(reverse("code-batch", args=[CodeBatch.objects.get().pk]))
    assert shown.count() == before


def test_codes_that_no_school_used_are_listed(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    make_codes([green_abbey.account, oak_lane.account], words="test", by=None)
    ConnectionCode.objects.filter(account=oak_lane.account).update(used_at=timezone.now())
    shown = text(as_officer.get(reverse("codes")))
    assert "Green Abbey" in shown
    assert "Oak Lane" not in shown


def test_a_new_code_for_one_school_is_asked_for_and_made(as_officer: Client, green_abbey: Base) -> None:
    assert "good once" in text(as_officer.get(reverse("new-base-code", args=[green_abbey.pk])))
    assert not ConnectionCode.objects.exists()
    answer = as_officer.post(reverse("new-base-code", args=[green_abbey.pk]), follow=True)
    assert str(ConnectionCode.objects.get().code) in text(answer)
    assert "Waiting" in text(as_officer.get(reverse("base", args=[green_abbey.pk])))


def test_new_codes_for_the_chosen_schools_are_made_after_a_question(
    as_officer: Client, green_abbey: Base, oak_lane: Base
) -> None:
    form = {"chosen": [green_abbey.pk, oak_lane.pk], "action": "codes"}
    assert "Make new connection codes for 2 schools?" in text(as_officer.post(reverse("change-many-bases"), form))
    assert not ConnectionCode.objects.exists()
    as_officer.post(reverse("change-many-bases"), {**form, "sure": "yes"})
    assert ConnectionCode.objects.good().count() == 2


def test_licences_are_given_to_many_and_taken_away(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    chosen = {"chosen": [green_abbey.pk, oak_lane.pk], "sure": "yes"}
    as_officer.post(reverse("change-many-bases"), {**chosen, "action": "unlicense"})
    assert not Base.objects.filter(licensed=True).exists()
    answer = as_officer.post(reverse("change-many-bases"), {**chosen, "action": "license"}, follow=True)
    assert "2 schools have their licence." in text(answer)
    assert Base.objects.filter(licensed=True).count() == 2
    assert AuditEntry.objects.filter(did="licence given", who="omar").count() == 2


def test_a_school_of_another_la_is_left_when_licences_are_given(as_officer: Client, far_hill: Base) -> None:
    form = {"chosen": far_hill.pk, "action": "license", "sure": "yes"}
    assert "Out of County licence, not on one each" in text(
        as_officer.post(reverse("change-many-bases"), form, follow=True)
    )
    far_hill.refresh_from_db()
    assert not far_hill.licensed


@pytest.mark.parametrize(
    "form", [{"action": "license"}, {"chosen": "1", "action": "?"}, {"chosen": "x", "action": "codes"}]
)
def test_without_a_tick_or_a_thing_to_do_nothing_happens(
    as_officer: Client, green_abbey: Base, form: dict[str, str]
) -> None:
    assert "Tick the schools first" in text(as_officer.post(reverse("change-many-bases"), form, follow=True))


def test_all_that_are_shown_can_be_ticked_without_scripts(
    as_officer: Client, green_abbey: Base, oak_lane: Base, far_hill: Base
) -> None:
    shown = text(as_officer.get(reverse("many-bases"), {"ticked": "all", "stands_on": "standard"}))
    assert shown.count(" checked") == 2
    assert " checked" not in text(as_officer.get(reverse("many-bases")))


def test_the_download_of_that_list_has_no_column_of_ticks(as_officer: Client, green_abbey: Base) -> None:
    answer: Any = as_officer.get(reverse("many-bases"), {"format": "csv"})
    assert b"".join(answer).decode("utf-8-sig").startswith("School,")


def test_the_list_of_bases_is_filtered_by_licence(as_officer: Client, green_abbey: Base, far_hill: Base) -> None:
    Base.objects.filter(pk=green_abbey.pk).update(licensed=False)
    assert "Green Abbey" in text(as_officer.get(reverse("bases"), {"stands_on": "none"}))
    shown = text(as_officer.get(reverse("bases"), {"stands_on": "out-of-county"}))
    assert "Far Hill" in shown
    assert "Green Abbey" not in shown


def test_the_list_of_bases_is_filtered_by_county(as_officer: Client, green_abbey: Base, far_hill: Base) -> None:
    shown = text(as_officer.get(reverse("bases"), {"county": "out"}))
    assert "Far Hill" in shown
    assert "Green Abbey" not in shown


def test_an_authority_without_a_number_takes_all_schools_for_its_own(as_officer: Client, green_abbey: Base) -> None:
    LA_NUMBER.set("", by=None)
    assert "Green Abbey" in text(as_officer.get(reverse("bases"), {"county": "in", "stands_on": "standard"}))
    counted = as_officer.get(reverse("licences")).context
    assert (counted["own"], counted["licensed"], counted["others"]) == (1, 1, 0)


@pytest.mark.parametrize(("licensed", "said"), [(True, "standard"), (False, "nothing is taken from the school")])
def test_the_page_of_a_base_says_which_licence_it_stands_on(
    as_officer: Client, green_abbey: Base, licensed: bool, said: str
) -> None:
    Base.objects.update(licensed=licensed)
    assert said in text(as_officer.get(reverse("base", args=[green_abbey.pk])))


def test_an_administrator_sets_the_out_of_county_licence(as_administrator: Client, la: str) -> None:
    as_administrator.post(reverse("licences"), {"out_of_county": "on"})
    assert OUT_OF_COUNTY_LICENCE.get()
    as_administrator.post(reverse("licences"), {})
    assert not OUT_OF_COUNTY_LICENCE.get()
    assert AuditEntry.objects.filter(target="out-of-county-licence").count() == 2


def test_an_officer_sees_the_out_of_county_licence_and_does_not_set_it(as_officer: Client, la: str) -> None:
    as_officer.post(reverse("licences"), {"out_of_county": "on"})
    assert not OUT_OF_COUNTY_LICENCE.get()
    assert "An administrator sets it." in text(as_officer.get(reverse("licences")))


PAGES = ["import-bases", "many-bases", "licences", "codes", "expiring"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_none_of_it(stranger: Client, la: str, page: str) -> None:
    assert stranger.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_an_exchange_account_sees_none_of_it(green_abbey: Base, signed_in: Any, page: str) -> None:
    assert signed_in(green_abbey.account).get(reverse(page)).status_code == 403
