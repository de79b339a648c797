"""What a made-up school is like. Shares are of 6,000 pupils of one seed, so they do not vary."""

import re
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Any

import pytest

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.identifiers import parse_upn, uci_fault, uln_fault, upn_fault
from schoolgate.documents.samples.students import StudentSample, make_students

TODAY = date(2026, 11, 20)
ITEMS = (
    *("UPN", "UniqueLearnerNumber", "UCI", "Surname", "Forename", "DOB", "Sex", "BasicDetails", "FSMhistory"),
    *("LookedAfter", "ServiceChildConcerns", "SENhistory", "Address", "Phones", "Email", "Contacts", "Attendance"),
    *("Exclusions", "StageAssessments", "SchoolHistory", "SuppInfo"),
)
Record = dict[str, Any]


def sample(
    school: str = "4321", *, pupils: int = 50, seed: int = 7, version: str = "3.73", **others: Any
) -> StudentSample:
    others = {"today": TODAY} | others
    return make_students(
        la="820", school=school, destination_la="823", pupils=pupils, seed=seed, version=version, **others
    )


@pytest.fixture(scope="module")
def secondary() -> list[Record]:
    return list(sample(pupils=6_000).records())


@pytest.fixture(scope="module")
def primary() -> list[Record]:
    return list(sample("2001", pupils=6_000).records())


def entered(record: Record) -> str:
    date_of_entry: str = record["SchoolHistory"][-1]["EntryDate"]
    return date_of_entry


def share(records: list[Record], has: Callable[[Record], bool]) -> float:
    return sum(has(record) for record in records) / len(records)


def test_the_header_says_who_sends_what_to_whom() -> None:
    header = sample(academic_year=2026).header
    assert (header.source_la, header.source_school, header.school_name) == ("820", "4321", "Green Abbey School")
    assert (header.destination_la, header.destination_school, header.academic_year) == ("823", "LLLL", 2026)


def test_as_many_pupils_come_as_were_asked_for() -> None:
    assert [len(list(sample(pupils=pupils).records())) for pupils in (0, 1, 2, 137)] == [0, 1, 2, 137]


def test_the_same_seed_makes_the_same_pupils() -> None:
    assert list(sample().records()) == list(sample().records())


def test_a_sample_can_be_walked_again() -> None:
    one = sample()
    assert list(one.records()) == list(one.records())


def test_another_seed_makes_other_pupils() -> None:
    assert list(sample(seed=7).records()) != list(sample(seed=8).records())


def test_another_school_of_the_same_seed_has_other_pupils() -> None:
    one, other = list(sample("2001").records()), list(sample("2002").records())
    assert not {record["UPN"] for record in one} & {record["UPN"] for record in other}
    assert [record["Surname"] for record in one] != [record["Surname"] for record in other]


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    assert list(islice(sample(pupils=300).records(), 40)) == list(sample(pupils=40).records())


def test_a_week_later_only_registers_and_suspensions_have_grown() -> None:
    def lasting_items(record: Record) -> Record:
        return {item: value for item, value in record.items() if item not in {"Attendance", "Exclusions"}}

    now = list(sample(pupils=1_000, today=date(2026, 11, 13)).records())
    later = list(sample(pupils=1_000, today=TODAY).records())
    stayed = [(old, new) for old, new in zip(now, later, strict=True) if entered(new) < "2026-11-13"]
    assert len(stayed) > 980
    for old, new in stayed:
        assert lasting_items(old) == lasting_items(new)
        one, other = (record["Attendance"][-1]["AttendSessions"]["AttendanceMarks"] for record in (old, new))
        assert (other[: len(one)], len(other)) == (one, len(one) + 14)


@pytest.mark.parametrize(
    ("school", "years"),
    [
        ("1005", {"N1", "N2"}),
        ("2001", {"R", *map(str, range(1, 7))}),
        ("4321", set(map(str, range(7, 14)))),
        ("7010", {"R", "X", *map(str, range(1, 14))}),
        ("6001", {"R", *map(str, range(1, 14))}),
        ("1101", set(map(str, range(7, 12)))),
    ],
)
def test_a_school_has_the_year_groups_of_its_number(school: str, years: set[str]) -> None:
    assert {record["BasicDetails"]["NCyearActual"] for record in sample(school, pupils=800).records()} == years


def test_a_child_is_as_old_as_its_year_group(secondary: list[Record], primary: list[Record]) -> None:
    for record in secondary + primary:
        group = record["BasicDetails"]["NCyearActual"]
        began = 2026 - 5 - (0 if group == "R" else int(group))
        assert f"{began}-09-01" <= record["DOB"] <= f"{began + 1}-08-31"


def test_items_stand_in_the_order_of_the_file(secondary: list[Record]) -> None:
    assert all(list(record) == [item for item in ITEMS if item in record] for record in secondary)


def test_every_upn_is_right_and_none_comes_twice(secondary: list[Record], primary: list[Record]) -> None:
    for records in (secondary, primary):
        upns = [record["UPN"] for record in records]
        assert not any(upn_fault(upn) for upn in upns)
        assert len(set(upns)) == len(upns)


def test_a_few_upns_are_temporary_and_some_from_elsewhere(secondary: list[Record]) -> None:
    upns = [parse_upn(record["UPN"]) for record in secondary]
    assert 0.002 < sum(upn.temporary for upn in upns) / len(upns) < 0.02
    assert 0.03 < sum(upn.la != "820" for upn in upns) / len(upns) < 0.10


def test_learner_numbers_begin_in_year_9_and_are_right(secondary: list[Record]) -> None:
    for record in secondary:
        assert ("UniqueLearnerNumber" in record) == (int(record["BasicDetails"]["NCyearActual"]) >= 9)
        assert not uln_fault(record.get("UniqueLearnerNumber", "1000000019"))
        assert not uci_fault(record.get("UCI", "523450241001M"))


def test_brothers_and_sisters_share_their_address_and_contacts(primary: list[Record]) -> None:
    homes = Counter(record["Contacts"][0]["GUID"] for record in primary)
    assert 0.3 < sum(count for count in homes.values() if count > 1) / len(primary) < 0.6
    seen: dict[str, Record] = {}
    for record in primary:
        brother = seen.setdefault(record["Contacts"][0]["GUID"], record)
        assert (record["Surname"], record["Address"], record["Contacts"]) == (
            brother["Surname"],
            brother["Address"],
            brother["Contacts"],
        )


def test_brothers_and_sisters_have_different_forenames(primary: list[Record]) -> None:
    names = [(record["Contacts"][0]["GUID"], record["Forename"]) for record in primary]
    assert len(set(names)) == len(names)


def test_shares_are_those_of_english_schools(secondary: list[Record], primary: list[Record]) -> None:
    for records in (secondary, primary):
        assert 0.15 < share(records, lambda record: "SENhistory" in record) < 0.21
        assert 0.21 < share(records, lambda record: "FSMhistory" in record) < 0.27
        assert 0.005 < share(records, lambda record: record.get("LookedAfter", {}).get("InCare") == "true") < 0.015
        assert 0.005 < share(records, lambda record: record["BasicDetails"]["ServiceChild"] == "Y") < 0.02
        assert 0.15 < share(records, lambda record: record["BasicDetails"]["Languages"][0]["Language"] != "ENG") < 0.30
        assert 0.45 < share(records, lambda record: record["Sex"] == "F") < 0.53


def test_every_pupil_of_a_special_school_has_a_plan() -> None:
    for record in sample("7010", pupils=200).records():
        assert record["SENhistory"]["SEN"][-1]["SENprovision"] == "E"


def test_ethnicity_and_language_go_together(secondary: list[Record]) -> None:
    languages = {
        record["BasicDetails"]["Languages"][0]["Language"]
        for record in secondary
        if record["BasicDetails"]["Ethnicity"] == "ABAN"
    }
    assert languages == {"BNG", "ENG"}


def test_every_code_is_of_the_year(secondary: list[Record]) -> None:
    codes: dict[str, Callable[[Record], list[str]]] = {
        "country": lambda record: [record["BasicDetails"]["CountryofBirth"], *record["BasicDetails"]["Nationalities"]],
        "disability": lambda record: record["BasicDetails"]["Disabilities"],
        "ethnicity": lambda record: [record["BasicDetails"]["Ethnicity"]],
        "exclusion_category": lambda record: [exclusion["Category"] for exclusion in record.get("Exclusions", ())],
        "exclusion_reason": lambda record: [
            reason for exclusion in record.get("Exclusions", ()) for reason in exclusion["Reasons"]
        ],
        "leaving_reason": lambda record: [
            school["LeavingReason"] for school in record["SchoolHistory"] if "LeavingReason" in school
        ],
        "relationship": lambda record: [contact["Relationship"] for contact in record["Contacts"]],
        "sen_type": lambda record: [need["SENtype"] for need in record.get("SENhistory", {}).get("SENneeds", ())],
    }
    for name, read in codes.items():
        used = {code for record in secondary for code in read(record)}
        assert used <= set(code_set(name).codes(2026)), name


@pytest.mark.parametrize(("began", "category"), [(2018, "FIXD"), (2021, "SUSP")])
def test_exclusions_of_another_year_have_the_codes_of_that_year(began: int, category: str) -> None:
    records = sample(pupils=1_500, today=None, academic_year=began).records()
    exclusions = [exclusion for record in records for exclusion in record.get("Exclusions", ())]
    assert {exclusion["Category"] for exclusion in exclusions} == {category}
    reasons = {reason for exclusion in exclusions for reason in exclusion["Reasons"]}
    assert reasons <= set(code_set("exclusion_reason").codes(began))


def test_an_exclusion_lasts_from_its_start_to_its_end_and_is_in_the_register(secondary: list[Record]) -> None:
    checked = 0
    for record in secondary:
        for exclusion in record.get("Exclusions", ()):
            assert entered(record) <= exclusion["StartDate"] <= TODAY.isoformat()
            assert exclusion["StartDate"] <= exclusion["EndDate"]
            register = record["Attendance"][-1]["AttendSessions"]
            first = date.fromisoformat(register["AttendanceStartDate"])
            day = 2 * (date.fromisoformat(exclusion["StartDate"]) - first).days
            assert "E" in register["AttendanceMarks"][day : day + 2]
            checked += 1
    assert checked > 100


def test_a_register_runs_to_today_and_its_totals_agree(secondary: list[Record]) -> None:
    for record in secondary:
        this_year = record["Attendance"][-1]
        register = this_year["AttendSessions"]
        first = date.fromisoformat(register["AttendanceStartDate"])
        assert len(register["AttendanceMarks"]) == 2 * ((TODAY - first).days + 1)
        parts = [int(this_year[f"Sessions{part}"]) for part in ("Authorised", "Attended", "Unauthorised")]
        assert sum(parts) == int(this_year["SessionsPossible"]) <= 400


def test_before_the_year_begins_there_is_no_register_of_it() -> None:
    records = sample(today=date(2026, 8, 20)).records()
    assert {year["Year"] for record in records for year in record.get("Attendance", ())} == {"2025"}


def test_no_date_lies_after_today(secondary: list[Record], primary: list[Record]) -> None:
    dates = re.compile(r"'(?!EndDate)\w+': '(\d{4}-\d\d-\d\d)'")
    for record in secondary + primary:
        assert all(found <= TODAY.isoformat() for found in dates.findall(str(record)))


def test_schools_follow_each_other_and_the_last_is_this_one(secondary: list[Record], primary: list[Record]) -> None:
    for record in secondary + primary:
        *earlier, here = record["SchoolHistory"]
        assert (here["Estab"] in {"4321", "2001"}, here["LastSchool"]) == (True, "true")
        for school in earlier:
            assert school["EntryDate"] <= school["LeavingDate"] < here["EntryDate"]


def test_ways_to_reach_people_are_nobody_s(secondary: list[Record]) -> None:
    text = str(secondary)
    numbers = set(re.findall(r"'PhoneNo': '(.*?)'", text))
    assert all(re.fullmatch(r"07700900\d{3}|01632 960\d{3}", number) for number in numbers)
    assert all(address.endswith("@example.org") for address in re.findall(r"'Email': '(.*?)'", text))
    assert all(code.startswith("ZZ") for code in re.findall(r"'PostCode': '(.*?)'", text))


def test_the_oldest_version_has_one_reason_an_exclusion_and_no_guids() -> None:
    text = str(list(sample(pupils=1_500, version="3.71").records()))
    assert "GUID" not in text
    assert re.findall(r"'Reasons': \[(.*?)\]", text)
    assert not any("," in reasons for reasons in re.findall(r"'Reasons': \[(.*?)\]", text))


def test_the_second_version_has_several_reasons_and_no_guids() -> None:
    text = str(list(sample(pupils=1_500, version="3.72").records()))
    assert "GUID" not in text
    assert any("," in reasons for reasons in re.findall(r"'Reasons': \[(.*?)\]", text))


def test_names_are_of_many_scripts_of_latin(secondary: list[Record]) -> None:
    assert not "".join(record["Surname"] + record["Forename"] for record in secondary).isascii()


def test_making_pupils_takes_no_more_memory_the_more_there_are() -> None:
    records = sample(pupils=100_000).records()
    for _ in islice(records, 500):
        pass
    tracemalloc.start()
    for _ in islice(records, 1_500):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
