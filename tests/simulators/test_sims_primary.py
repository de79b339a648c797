"""What the simulator of SIMS Primary does, row by row of reference mis-apis.md, section 4; all by real HTTP."""

from datetime import date

import pytest
from tests.simulators.conftest import LIVED, Caller, Clock

from schoolgate.simulators.sims_primary import SimsPrimary

WEEK = "AttendableEventStart ge 2026-10-05T00:00:00Z and AttendableEventStart le 2026-10-09T23:59:59Z"
MARKS = "Attendance/V3/AttendanceRecords"
LEARNERS = "Learner/V3/LearnerIdentifiers"


# Row 1: the token service.


def test_a_token_is_given_for_the_five_fields_of_the_form(caller: Caller) -> None:
    answer = caller.ask_token()
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "sas-simsprimary-nobody"}, "invalid_client"),
        ({"client_secret": "guessed"}, "invalid_client"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"acr_values": None}, "invalid_request"),
        ({"acr_values": "orgselected:11111111-1111-4111-8111-111111111111"}, "invalid_client"),
    ],
)
def test_a_wrong_field_of_the_token_form_has_its_own_error(
    caller: Caller, changed: dict[str, str | None], error: str
) -> None:
    answer = caller.ask_token(**changed)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_credentials_are_taken_from_a_form_only(caller: Caller) -> None:
    answer = caller.http.post("/connect/token", json={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# Rows 2 and 3: what a token is good for.


def test_a_token_ends_after_its_lifetime_with_a_401_that_is_not_the_gateways(
    simulator: SimsPrimary, caller: Caller, clock: Clock
) -> None:
    simulator.set(token_lifetime="2")
    caller.sign_in()
    assert caller.get(LEARNERS).status_code == 200
    clock.move(2)
    answer = caller.get(LEARNERS)
    assert answer.status_code == 401
    assert "statusCode" not in answer.json()


def test_a_token_shows_its_own_school_only(simulator: SimsPrimary, root: str, clock: Clock) -> None:
    seen = []
    for settings, school in zip(simulator.settings(root), simulator.schools, strict=True):
        caller = Caller(root, settings, clock)
        caller.sign_in()
        assert {row["ExternalID"] for row in caller.rows(LEARNERS)} == school.pupils.keys()
        seen.append(school.pupils.keys())
    assert not seen[0] & seen[1]


def test_a_token_for_another_schools_organisation_opens_nothing_where_it_is_given(
    simulator: SimsPrimary, root: str, caller: Caller
) -> None:
    simulator.set(lenient_token="on")
    caller.sign_in(acr_values=f"orgselected:{simulator.settings(root)[1]['organisation_id']}")
    assert caller.get(LEARNERS).status_code == 403


def test_a_token_of_another_product_opens_nothing(caller: Caller) -> None:
    caller.sign_in(scope="rapapi partner partner-read partner-write")
    assert caller.get(LEARNERS).status_code == 403


@pytest.mark.parametrize(("revoked_answers", "token", "data"), [("403", 200, 403), ("token", 400, 403)])
def test_a_school_that_took_its_consent_back_is_told_no_more(
    simulator: SimsPrimary, caller: Caller, revoked_answers: str, token: int, data: int
) -> None:
    simulator.set(revoked_answers=revoked_answers)
    simulator.consent[caller.settings["organisation_id"]] = "revoked"
    assert caller.ask_token().status_code == token
    assert caller.get(LEARNERS).status_code == data


# Row 4: key before token, and two kinds of 401.


def test_the_key_is_looked_at_before_the_token_and_refused_by_the_gateway(caller: Caller) -> None:
    caller.token = ""
    missing, wrong = caller.get(LEARNERS, key=None), caller.get(LEARNERS, key="0" * 32)
    for answer, word in ((missing, "missing"), (wrong, "invalid")):
        assert answer.status_code == 401
        assert answer.json()["statusCode"] == 401
        assert word in answer.json()["message"]


def test_a_switch_looks_at_the_token_first(simulator: SimsPrimary, caller: Caller) -> None:
    simulator.set(key_checked_first="off")
    caller.token = ""
    assert "statusCode" not in caller.get(LEARNERS, key=None).json()


# Row 5: addresses.


@pytest.mark.parametrize(
    "path", ["/ssli01/Learner/V3/", "/ssli01/Learner/v3/", "/dex/Learner/odata/V3/", "/Learner/V3/", "/dex/learner/V3/"]
)
def test_both_products_paths_lead_to_the_same_data(caller: Caller, root: str, path: str) -> None:
    answer = caller.get(f"{root}{path}LearnerPersonals?$top=1")
    assert answer.status_code == 200
    assert answer.json()["@odata.context"] == f"{root}{path}$metadata#LearnerPersonals"


@pytest.mark.parametrize("path", ["Nothing/V3/LearnerPersonals", "Learner/V2/LearnerPersonals"])
def test_the_gateway_knows_no_other_service_or_version(caller: Caller, path: str) -> None:
    answer = caller.get(path)
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 404)


def test_a_set_that_there_is_not_is_an_error_of_the_data(caller: Caller) -> None:
    assert caller.get("Learner/V3/LearnerThoughts").json()["error"]["code"] == "404"


def test_a_row_is_had_by_its_key(caller: Caller) -> None:
    for path in (LEARNERS, "Learner/V3/LearnerContacts"):
        row = caller.rows(path)[2]
        one = caller.get(f"{path}({row['ExternalID']})").json()
        assert row.items() <= one.items()
    assert caller.get(f"{LEARNERS}(11111111-1111-4111-8111-111111111111)").status_code == 404


def test_a_group_has_a_key_of_two_parts_and_members(simulator: SimsPrimary, caller: Caller) -> None:
    group = next(
        row
        for row in caller.rows("Learner/V3/LearnerGroups")
        if (row["GroupType"], row["ShortName"]) == ("YearGroup", "4")
    )
    key = f"Learner/V3/LearnerGroups(ExternalID={group['ExternalID']},GroupType=SIMS.GroupTypeEnum'YearGroup')"
    assert caller.get(key).json()["FullName"] == "Year 4"
    members = {row["ExternalID"] for row in caller.rows(f"{key}/LearnerPersonals")}
    assert members == {guid for guid, pupil in simulator.schools[0].pupils.items() if pupil.year_group == "4"}
    assert members


def test_data_is_for_reading_only(caller: Caller) -> None:
    headers = {
        "Authorization": f"Bearer {caller.token}",
        "Ocp-Apim-Subscription-Key": caller.settings["subscription_key"],
    }
    assert caller.http.post(f"/ssli01/{MARKS}", headers=headers, json={}).status_code == 405


# Row 6: query options.


def test_top_and_skip_choose_rows(caller: Caller) -> None:
    rows = caller.rows(LEARNERS)
    assert caller.rows(LEARNERS, params={"$top": "3", "$skip": "2"}) == rows[2:5]


def test_the_filters_that_were_seen_work(simulator: SimsPrimary, caller: Caller) -> None:
    rows = caller.rows(LEARNERS)
    year = rows[0]["CurrentYearGroup"]["ExternalID"]
    expected = {
        "OnRollState eq 'Current'": [row for row in rows if row["OnRollState"] == "Current"],
        f"CurrentYearGroup/ExternalID eq {year}": [
            row for row in rows if row["CurrentYearGroup"]["ExternalID"] == year
        ],
        "CurrentHouse/ExternalID ne null": [row for row in rows if row["CurrentHouse"]],
    }
    for text, right in expected.items():
        assert caller.rows(LEARNERS, params={"$filter": text}) == right
        assert 0 < len(right) < len(rows)
    assert len(caller.rows(MARKS, params={"$filter": "AttendableEventStart eq 2026-10-05T07:50:00Z"})) == len(
        [key for key in simulator.schools[0].marks if key[1:] == (date(2026, 10, 5), "AM")]
    )


def test_select_gives_the_named_fields_and_can_be_switched_off(simulator: SimsPrimary, caller: Caller) -> None:
    assert caller.rows(LEARNERS, params={"$select": "Surname,Forename"})[0].keys() == {"Surname", "Forename"}
    simulator.set(select_option="off")
    assert caller.get(LEARNERS, params={"$select": "Surname"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"$orderby": "Surname"},
        {"$count": "true"},
        {"$expand": "Photograph"},
        {"$filter": "Surname gt 'A'"},
        {"$filter": "Surname eq 'A' or Surname eq 'B'"},
        {"$filter": "startswith(Surname,'A')"},
        {"$filter": "Nonsense eq 'A'"},
        {"$filter": "Surname eq A"},
        {"$filter": "CurrentYearGroup/ExternalID eq '1'"},
        {"$select": "Nonsense"},
        {"$top": "-1"},
    ],
)
def test_any_other_query_is_refused_as_an_odata_error(caller: Caller, query: dict[str, str]) -> None:
    answer = caller.get(LEARNERS, params=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "400")


# Row 7: paging.


def test_pages_hold_so_many_rows_and_the_absolute_next_link_keeps_the_filter(
    simulator: SimsPrimary, caller: Caller, root: str
) -> None:
    simulator.set(page_size="3")
    query = {"$filter": "OnRollState eq 'Current'"}
    first = caller.get(LEARNERS, params=query).json()
    assert first["@odata.nextLink"].startswith(f"{root}/ssli01/{LEARNERS}?")
    pages = caller.pages(LEARNERS, params=query)
    assert {len(page) for page in pages[:-1]} == {3}
    assert {row["ExternalID"] for page in pages for row in page} == {one.guid for one in simulator.schools[0].current}


def test_the_marks_of_some_weeks_take_two_pages_of_the_usual_size(simulator: SimsPrimary, caller: Caller) -> None:
    span = "AttendableEventStart ge 2026-09-01T00:00:00Z and AttendableEventStart le 2026-10-09T23:59:59Z"
    pages = caller.pages(MARKS, params={"$filter": span})
    assert [len(page) for page in pages] == [1000, len(simulator.schools[0].marks) - 1000]


def test_a_last_page_that_is_full_has_no_next_link(simulator: SimsPrimary, caller: Caller) -> None:
    simulator.set(page_size=str(len(simulator.schools[0].pupils)))
    assert "@odata.nextLink" not in caller.get(LEARNERS).json()


def test_top_beyond_a_page_goes_on_for_as_many_rows_as_were_asked_for(simulator: SimsPrimary, caller: Caller) -> None:
    simulator.set(page_size="3")
    assert [len(page) for page in caller.pages(LEARNERS, params={"$top": "7"})] == [3, 3, 1]


# Row 8: the fault of lookups.


def test_a_union_of_lookups_applies_top_to_each_table_and_loses_rows_by_its_next_link(
    simulator: SimsPrimary, caller: Caller
) -> None:
    lookups = "Attendance/V3/AttendanceLookups"
    rows = caller.rows(lookups)
    assert len(caller.rows(lookups, params={"$top": "1"})) == len({row["LookupType"] for row in rows})
    simulator.set(page_size=str(len(rows) - 1))
    pages = caller.pages(lookups)
    assert [len(page) for page in pages] == [len(rows) - 1, 0]
    assert caller.rows(lookups, params={"$filter": "LookupType eq 'AttendanceCode'"}) == [
        row for row in rows if row["LookupType"] == "AttendanceCode"
    ]
    simulator.set(lookup_bug="off")
    assert caller.rows(lookups) == rows


# Rows 9 and 10: what may be asked of marks.


def test_a_date_without_a_time_is_refused(caller: Caller) -> None:
    answer = caller.get(MARKS, params={"$filter": "AttendableEventStart eq 2026-10-05"})
    assert answer.status_code == 400
    assert "DateTimeOffset" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"$filter": "AttendableEventStart ge 2026-07-01T00:00:00Z and AttendableEventStart le 2026-10-09T23:59:59Z"},
        {"$filter": "AttendableEventStart ge 2026-10-01T00:00:00Z"},
    ],
)
def test_marks_of_more_than_ninety_days_are_refused_until_a_switch_accepts_them(
    simulator: SimsPrimary, caller: Caller, query: dict[str, str]
) -> None:
    assert caller.get(MARKS, params=query).status_code == 400
    simulator.set(span_check="accept")
    assert caller.get(MARKS, params=query).status_code == 200


def test_marks_of_a_week_are_all_there_and_a_missing_one_has_no_code(simulator: SimsPrimary, caller: Caller) -> None:
    simulator.set(page_size="50")
    rows = caller.rows(MARKS, params={"$filter": WEEK})
    marks = {key: mark for key, mark in simulator.schools[0].marks.items() if date(2026, 10, 5) <= key[1] <= LIVED}
    assert len({row["ExternalID"] for row in rows}) == len(rows) == len(marks)
    assert sum(row["AttendanceCode"] is None for row in rows) == sum(not mark.code for mark in marks.values())


# Row 14: the pace.


def test_the_sixth_call_within_a_second_is_turned_away_whichever_school_asks(
    simulator: SimsPrimary, root: str, clock: Clock
) -> None:
    callers = [Caller(root, settings, clock) for settings in simulator.settings(root)]
    for caller in callers:
        caller.sign_in()
    answers = [callers[turn % 2].get(f"{LEARNERS}?$top=1", paced=False) for turn in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].json() == {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."}
    assert answers[5].headers["Retry-After"] == "1"
    clock.move(1)
    assert callers[0].get(LEARNERS, paced=False).status_code == 200


def test_the_seconds_may_stand_in_the_message_alone(simulator: SimsPrimary, caller: Caller) -> None:
    simulator.set(retry_after="off", calls_per_second="1")
    caller.get(LEARNERS)
    assert "Retry-After" not in caller.get(LEARNERS, paced=False).headers


# Rows 17 to 19: what the schools hold.


def test_codes_may_have_three_characters_and_one_has_no_statutory_meaning(caller: Caller) -> None:
    rows = caller.rows("Attendance/V3/AttendanceLookups", params={"$filter": "LookupType eq 'AttendanceCode'"})
    by_code = {row["Code"]: row for row in rows}
    assert by_code["X01"]["@odata.type"] == "#ESS.Attendance.AttendanceCode"
    assert by_code["X01"]["StatutoryAttendanceCode"]["Type"] == "Attendance.Lookup.StatutoryAttendanceCode"
    assert by_code["Q07"]["StatutoryAttendanceCode"] is None


def test_leavers_and_those_to_come_stand_among_the_personals_and_one_has_two_stays(caller: Caller) -> None:
    states = {row["OnRollState"] for row in caller.rows("Learner/V3/LearnerPersonals")}
    assert states == {"Current", "Leaver", "Future"}
    stays: dict[str, list[str | None]] = {}
    for row in caller.rows("Learner/V3/LearnerSchoolEnrolments"):
        stays.setdefault(row["Learner"]["ExternalID"], []).append(row["ExitDate"])
    assert [ends for ends in stays.values() if len(ends) == 2 and None in ends]


def test_an_exclusion_has_up_to_three_reasons(caller: Caller) -> None:
    rows = caller.rows("Learner/V3/LearnerExclusions")
    assert max(len(row["Reasons"]) for row in rows) == 3


def test_the_start_point_of_a_session_follows_the_clocks(living: tuple[SimsPrimary, Caller]) -> None:
    simulator, caller = living
    simulator.set(page_size="1000")
    simulator.live_until(date(2026, 11, 2))
    starts = {row["Start"] for row in caller.rows("Attendance/V3/StatutoryAttendanceSessions")}
    assert {"2026-09-04T07:50:00Z", "2026-11-02T08:50:00Z"} <= starts


# Row 20: the log.


def test_every_call_is_remembered_without_its_key_and_token(simulator: SimsPrimary, caller: Caller) -> None:
    caller.get(MARKS, params={"$filter": WEEK})
    caller.get(LEARNERS, key="0" * 32)
    text = caller.http.get("/simulator/requests").text
    assert [(call.path, call.status, call.school) for call in list(simulator.calls)[-2:]] == [
        (f"/ssli01/{MARKS}", 200, caller.settings["organisation_id"]),
        (f"/ssli01/{LEARNERS}", 401, ""),
    ]
    assert "AttendableEventStart ge" in text.replace("+", " ")
    assert caller.token not in text
    assert caller.settings["subscription_key"] not in text
    assert caller.settings["secret"] not in text
