"""The pages Pupils and One pupil: who finds whom, what is told of each value, and who is told to have looked."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import a_change, hold, write_over
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import, RemovalCandidate
from schoolgate.authority.records.groups.registry import group_named, groups_of
from schoolgate.authority.records.models import Pupil, PupilGroup, Refusal, row_key
from schoolgate.authority.records.subjects import PUPIL
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

SignedIn = Callable[[User], Client]


def text(answer: object) -> str:
    return str(answer.content, "utf-8")  # type: ignore[attr-defined]


def search(browser: Client, what: str = "", **more: str) -> str:
    """Search as the form does, and follow to the list."""
    answer = browser.post(reverse("pupils"), {"text": what, "roll": "on-roll", **more}, follow=True)
    return text(answer)


def basic(pupil: Pupil) -> PupilGroup:
    return PupilGroup.objects.get(key=row_key(pupil.pk, group_named("basic-details")))


@pytest.fixture
def daniel(green_abbey: Base) -> Pupil:
    return hold(green_abbey)


@pytest.fixture
def many(green_abbey: Base) -> list[Pupil]:
    """Sixty pupils called Okafor, in year 9."""
    change = a_change(green_abbey)
    return [hold(green_abbey, change, UPN=f"R82043212{n:04}", Forename=f"Kid{n:02}") for n in range(60)]


@pytest.mark.parametrize("what", ["oka dan", "R8204", "14/2/13", "Daniel 2013-02-14"])
def test_a_pupil_is_found_by_what_somebody_knows(as_officer: Client, daniel: Pupil, what: str) -> None:
    shown = search(as_officer, what)
    assert "Okafor, Daniel" in shown
    assert "Green Abbey Primary School" in shown
    assert '<div class="cell">9</div>' in shown
    assert reverse("pupil", args=[daniel.pk]) in shown


def test_what_was_typed_is_in_no_address(as_officer: Client, many: list[Pupil]) -> None:
    answer = as_officer.post(reverse("pupils"), {"text": "okafor", "roll": "all"})
    shown = text(as_officer.get(answer["Location"]))
    assert "page=2" in shown
    addresses = [part.split('"')[0] for part in shown.split('href="')[1:]]
    assert not [address for address in (*addresses, answer["Location"]) if "okafor" in address.lower()]


def test_pages_of_two_searches_stay_apart(as_officer: Client, many: list[Pupil]) -> None:
    many_okafors = as_officer.post(reverse("pupils"), {"text": "okafor", "roll": "all"})["Location"]
    one = as_officer.post(reverse("pupils"), {"text": "kid59", "roll": "all"})["Location"]
    assert "Kid55" in text(as_officer.get(many_okafors + "&page=2"))
    assert "Kid55" not in text(as_officer.get(one))


def test_a_search_of_another_session_is_not_known(as_officer: Client, as_administrator: Client, daniel: Pupil) -> None:
    address = as_officer.post(reverse("pupils"), {"text": "okafor", "roll": "all"})["Location"]
    shown = text(as_administrator.get(address))
    assert "Okafor, Daniel" not in shown
    assert "not kept any more" in shown


def test_a_search_for_nothing_says_what_to_type(as_officer: Client, daniel: Pupil) -> None:
    assert "Type a name, UPN, postcode or date of birth." in text(as_officer.get(reverse("pupils")))
    answer = as_officer.post(reverse("pupils"), {"text": " ", "roll": "on-roll"})
    assert answer.status_code == 422
    assert "or choose a school" in text(answer)


def test_a_leaver_is_found_once_leavers_are_looked_in(as_officer: Client, green_abbey: Base) -> None:
    hold(green_abbey, BasicDetails={"EnrolStatus": "P"})
    Pupil.objects.update(active=False)
    shown = search(as_officer, "okafor")
    assert "No pupil fits." in shown
    assert "Also look in leavers?" in shown
    assert "Leaver" in search(as_officer, "okafor", roll="all")
    assert "No pupil fits." in search(as_officer, "bell", roll="leavers")


def test_a_school_and_a_year_group_narrow_a_search(
    as_officer: Client, daniel: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    hold(oak_lane, UPN="R820432124002", Forename="Dana", BasicDetails={"NCyearActual": "3"})
    assert "Okafor, Dana<" not in search(as_officer, "okafor", base=str(green_abbey.pk))
    assert "Okafor, Daniel" in search(as_officer, base=str(green_abbey.pk))
    third = search(as_officer, "okafor", year="3")
    assert "Okafor, Dana<" in third
    assert "Okafor, Daniel" not in third


def test_a_leaver_of_one_school_is_on_the_roll_of_another(
    as_officer: Client, daniel: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    here = daniel.enrolments.get()
    here.status = "P"
    here.save()
    daniel.enrolments.create(base=oak_lane, created_by=here.created_by)
    assert "Okafor, Daniel" in search(as_officer, base=str(green_abbey.pk), roll="leavers")
    assert "No pupil fits." in search(as_officer, base=str(green_abbey.pk))
    assert "Okafor, Daniel" in search(as_officer, base=str(oak_lane.pk))


def test_a_search_stands_in_the_audit_with_its_count(as_officer: Client, daniel: Pupil, officer: User) -> None:
    search(as_officer, "okafor")
    entry = AuditEntry.objects.get(did="pupils searched")
    assert (entry.user, entry.details) == (officer, "“okafor”, on roll: 1 found")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_download_stands_in_the_audit_with_its_count(as_officer: Client, daniel: Pupil, form: str) -> None:
    address = as_officer.post(reverse("pupils"), {"text": "okafor", "roll": "all"})["Location"]
    answer = as_officer.get(f"{address}&format={form}")
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEntry.objects.get(did="pupils downloaded").details.endswith("1 pupils")


def test_a_list_takes_as_many_queries_for_sixty_pupils_as_for_one(as_officer: Client, many: list[Pupil]) -> None:
    one = as_officer.post(reverse("pupils"), {"text": "kid59", "roll": "all"})["Location"]
    all_of_them = as_officer.post(reverse("pupils"), {"text": "okafor", "roll": "all"})["Location"]
    as_officer.get(one)
    with CaptureQueriesContext(connection) as for_one:
        as_officer.get(one)
    with CaptureQueriesContext(connection) as for_all:
        as_officer.get(all_of_them)
    assert len(for_all) == len(for_one) <= 16


@pytest.mark.parametrize("person", ["officer", "administrator"])
def test_staff_see_a_pupil(request: pytest.FixtureRequest, signed_in: SignedIn, daniel: Pupil, person: str) -> None:
    browser = signed_in(request.getfixturevalue(person))
    shown = text(browser.get(reverse("pupil", args=[daniel.pk])))
    assert "Daniel Okafor" in shown
    assert "14 Feb 2013" in shown


@pytest.mark.parametrize("page", ["pupils", "pupil"])
def test_nobody_else_sees_pupils(
    page: str, stranger: Client, sender: User, signed_in: SignedIn, daniel: Pupil, green_abbey: Base
) -> None:
    address = reverse(page, args=[daniel.pk] if page == "pupil" else [])
    assert stranger.get(address).status_code == 302
    assert signed_in(sender).get(address).status_code == 403
    assert signed_in(green_abbey.account).get(address).status_code == 403


def test_a_pupil_who_is_none_and_a_group_that_is_none_do_not_exist(as_officer: Client, daniel: Pupil) -> None:
    assert as_officer.get(reverse("pupil", args=[daniel.pk + 1])).status_code == 404
    assert as_officer.get(reverse("pupil", args=[daniel.pk]), {"group": "shoes"}).status_code == 404


def test_a_value_tells_since_when_and_from_where_and_by_which_rule(
    as_officer: Client, daniel: Pupil, green_abbey: Base
) -> None:
    second = a_change(green_abbey, name="8204321_CES_820LLLL_031.xml", job=7, rule="upn/always-import")
    write_over(basic(daniel), {**basic(daniel).payload, "Surname": "Bell"}, second)
    shown = text(as_officer.get(reverse("pupil", args=[daniel.pk]), {"group": "basic-details"}))
    today, former = shown.split("Legal surname")[1].split("Legal forename")[0].split("History (1)")
    assert "Bell" in today
    assert "8204321_CES_820LLLL_031.xml" in today
    assert "Found by UPN, always imported" in today
    assert "Okafor" in former
    assert "8204321_CES_820LLLL_001.xml" in former


def test_a_value_leads_to_its_import(as_officer: Client, green_abbey: Base) -> None:
    this = bring_in(green_abbey, [a_pupil()])
    shown = text(as_officer.get(reverse("pupil", args=[Pupil.objects.get().pk]), {"group": "identifiers"}))
    assert reverse("import", args=[Import.objects.get(pk=this.pk).pk]) in shown


def test_every_group_of_a_whole_pupil_is_shown_in_as_many_queries_whatever_is_held(
    as_officer: Client, green_abbey: Base
) -> None:
    whole = max(made_up_records(), key=lambda record: len(str(record)))
    pupil = hold(green_abbey, record=whole)
    small = hold(green_abbey, record=a_pupil(UPN="R820432124002"))
    address, other = reverse("pupil", args=[pupil.pk]), reverse("pupil", args=[small.pk])
    for group in groups_of(PUPIL):
        with CaptureQueriesContext(connection) as for_whole:
            answer = as_officer.get(address, {"group": group.name})
        with CaptureQueriesContext(connection) as for_small:
            as_officer.get(other, {"group": group.name})
        assert answer.status_code == 200, group.name
        assert len(for_whole) - len(for_small) <= 2, group.name
        assert len(for_whole) <= 18, group.name


def test_codes_and_dates_are_told_in_words_and_lists_as_tables(as_officer: Client, green_abbey: Base) -> None:
    meals = [{"FSMstartDate": "2024-09-03", "FSMendDate": "2025-07-20", "UKcountry": "ENG"}]
    meals.append({"FSMstartDate": "2026-09-03", "UKcountry": "ENG"})
    pupil = hold(green_abbey, FSMhistory={"FSMinstance": meals})
    shown = text(as_officer.get(reverse("pupil", args=[pupil.pk]), {"group": "free-school-meals"}))
    assert '<th scope="col">Start of free school meals</th>' in shown
    assert "<td>3 September 2024</td>" in shown
    assert "England (ENG)" in shown


def test_marks_are_a_picture_with_a_table_behind_it(as_officer: Client, green_abbey: Base) -> None:
    marks = {"AttendanceStartDate": "2026-09-07", "AttendanceMarks": "/\\/\\II/\\O-"}
    register = {"Year": "2026", "LEA": "820", "Estab": "4321", "SessionsPossible": "9", "AttendSessions": marks}
    pupil = hold(green_abbey, Attendance=[register])
    shown = text(as_officer.get(reverse("pupil", args=[pupil.pk]), {"group": "attendance"}))
    assert "2026/27" in shown
    assert shown.count('<rect class="chart-good" x=') == 6
    assert shown.count('<rect class="chart-warning" x=') == 2
    assert "<title>Wed 9 Sep, morning: Illness (I)</title>" in shown
    assert '<td class="code">II</td>' in shown


def test_what_was_not_taken_and_what_is_not_said_any_more_stand_on_the_page(
    as_officer: Client, daniel: Pupil, green_abbey: Base
) -> None:
    Refusal.objects.create(
        pupil=daniel, base=green_abbey, group=6, item="Ethnicity", value_text='"WBRX"', value_digest=b"1",
        code="code-not-of-year",
    )  # fmt: skip
    RemovalCandidate.objects.create(pupil=daniel, base=green_abbey, group=2, item="MedicalFlag")
    shown = text(as_officer.get(reverse("pupil", args=[daniel.pk])))
    assert "WBRX" in shown
    assert "The code is not one of this academic year." in shown
    assert "Basic details: Medical flag" in shown


def test_former_upns_are_told(as_officer: Client, daniel: Pupil, green_abbey: Base) -> None:
    row = PupilGroup.objects.get(key=row_key(daniel.pk, group_named("identifiers")))
    write_over(row, {"UPN": "E820432124999", "FormerUPN": "A820432124111"}, a_change(green_abbey))
    Pupil.objects.update(upn="E820432124999")
    shown = text(as_officer.get(reverse("pupil", args=[daniel.pk]))).split("Former UPNs")[1]
    assert "R820432124001" in shown
    assert "A820432124111" in shown


def test_a_pupil_of_two_schools_shows_what_each_tells(
    as_officer: Client, daniel: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(oak_lane, [a_pupil(BasicDetails={"NCyearActual": "8", "EnrolStatus": "S"})])
    shown = text(as_officer.get(reverse("pupil", args=[daniel.pk]), {"group": "enrolment"}))
    green, oak = shown.index(">Green Abbey Primary School</a></h3>"), shown.index(">Oak Lane Academy</a></h3>")
    assert "Year 9 (9)" in shown[green : oak if oak > green else None]
    assert "Current, subsidiary school (S)" in shown[oak : green if green > oak else None]


def test_who_looked_is_told_by_number_and_no_name(as_officer: Client, daniel: Pupil, green_abbey: Base) -> None:
    other = hold(green_abbey, UPN="R820432124002")
    as_officer.get(reverse("pupil", args=[other.pk]))
    assert "Nobody before you." in text(as_officer.get(reverse("pupil", args=[daniel.pk])))
    as_officer.get(reverse("pupil", args=[daniel.pk]), {"group": "contacts"})
    entry = AuditEntry.objects.about(f"pupil {daniel.pk}")[0]
    assert (entry.did, entry.target, entry.details) == ("pupil seen", f"pupil {daniel.pk}", "Contacts")
    shown = text(as_officer.get(reverse("pupil", args=[daniel.pk]))).split("Who looked")[1]
    assert shown.count(" omar: ") == 2


def test_the_last_update_is_that_of_the_newest_value(as_officer: Client, daniel: Pupil, green_abbey: Base) -> None:
    from django.utils import timezone

    later = a_change(green_abbey, at=timezone.now().replace(year=2027, month=3, day=4))
    write_over(basic(daniel), {**basic(daniel).payload, "Forename": "Dan"}, later)
    assert "4 Mar 2027" in search(as_officer, "okafor")
    assert date(2013, 2, 14) == daniel.born
