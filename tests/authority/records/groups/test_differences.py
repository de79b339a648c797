"""Group by group: what does not count as a difference, what does, and what happens to what is not said."""

from typing import Any

import pytest

from schoolgate.authority.records.groups.registry import group_named

MOTHER = {"Surname": "Okafor", "Forename": "Grace", "Relationship": "PAM"}
FATHER = {"Surname": "Okafor", "Forename": "Samuel", "Relationship": "PAF"}
SUSPENDED = {"Category": "SUSP", "Reasons": ["VA", "DB"], "StartDate": "2026-11-16", "StartTime": "PM"}
MATHS = {"Locale": "ENG", "Year": "2026", "Subject": "MAT", "Method": "TT", "ResultStatus": "R"}
MATHS |= {"ResultQualifier": "NB", "Result": "104"}
GREEN_ABBEY = {"LEA": "820", "Estab": "4321", "SchoolName": "Green Abbey School", "EntryDate": "2024-09-03"}


ONE_TO_THREE = {"AddressLines": {"AddressLine1": "1-3 High Street"}}
THIRTEEN = {"AddressLines": {"AddressLine1": "13 High Street"}}
AUTISM = {"SENtypeRank": "1", "SENtype": "ASD"}


def mobile(number: str) -> dict[str, str]:
    return {"TelephoneType": "M", "PhoneNo": number}


@pytest.mark.parametrize(
    ("group", "held", "incoming"),
    [
        ("basic-details", {"Surname": "O'Neill-Łoś"}, {"Surname": "oneill los"}),
        ("basic-details", {"MedicalFlag": "true"}, {"MedicalFlag": "1"}),
        ("addresses", {"Address": {"PostCode": "MK41 9PQ"}}, {"Address": {"PostCode": "MK419PQ"}}),
        (
            "addresses",
            {"Address": {"BS7666Address": {"PostTown": "Bedford"}, "Easting": "504000"}},
            {"Address": {"BS7666Address": {"PostTown": "BEDFORD"}, "Easting": "504000.0"}},
        ),
        ("telephones", {"Phones": [mobile("07700 900123")]}, {"Phones": [mobile("+447700900123")]}),
        (
            "telephones",
            {"Phones": [mobile("07700900123"), mobile("07700900456")]},
            {"Phones": [mobile("07700900456"), mobile("07700900123"), mobile("07700900123")]},
        ),
        ("ethnicity-and-language", {"Nationalities": ["GBR", "NGA"]}, {"Nationalities": ["NGA", "GBR"]}),
        ("disabilities", {"Disabilities": ["MOB", "LD"]}, {"Disabilities": ["LD", "MOB"]}),
        ("contacts", {"Contacts": [MOTHER, FATHER]}, {"Contacts": [FATHER, MOTHER]}),
        ("contacts", {"Contacts": [{**MOTHER, "GUID": "a"}]}, {"Contacts": [{**MOTHER, "GUID": "b"}]}),
        ("exclusions", {"Exclusions": [SUSPENDED]}, {"Exclusions": [{**SUSPENDED, "Category": "FIXD"}]}),
        (
            "exclusions",
            {"Exclusions": [{**SUSPENDED, "SchoolDays": "1.5"}]},
            {"Exclusions": [{**SUSPENDED, "SchoolDays": "1.500000"}]},
        ),
        ("enrolment", {"SuppID": "Example MIS 7.2"}, {"SuppID": "Example MIS 7.3"}),
        (
            "school-history",
            {"SchoolHistory": [GREEN_ABBEY]},
            {"SchoolHistory": [{**GREEN_ABBEY, "SchoolName": "GREEN ABBEY SCHOOL"}]},
        ),
    ],
)
def test_what_does_not_count_leaves_the_held_value_as_it_is(
    group: str, held: dict[str, Any], incoming: dict[str, Any]
) -> None:
    assert group_named(group).differing(held, incoming) == ()
    assert group_named(group).joined(held, incoming) == held


@pytest.mark.parametrize(
    ("group", "held", "incoming"),
    [
        ("identifiers", {"UPN": "R820432124001"}, {"UPN": "F820432124002"}),
        ("basic-details", {"DOB": "2013-02-14"}, {"DOB": "2013-04-12"}),
        ("addresses", {"Address": ONE_TO_THREE}, {"Address": THIRTEEN}),
        ("addresses", {"Address": {"PostCode": "MK41 9PQ"}}, {"Address": {"PostCode": "MK4 9PQ"}}),
        ("telephones", {"Phones": [mobile("0770090")]}, {"Phones": [{**mobile("0770090"), "TelephoneType": "W"}]}),
        ("telephones", {"Phones": [mobile("0770090"), mobile("0770091")]}, {"Phones": [mobile("0770090")]}),
        ("looked-after", {"LookedAfter": {"InCare": "1", "CareAuthority": "820"}}, {"LookedAfter": {"InCare": "1"}}),
        ("exclusions", {"Exclusions": [SUSPENDED]}, {"Exclusions": [{**SUSPENDED, "Reasons": ["DB", "VA"]}]}),
        ("exclusions", {"Exclusions": [SUSPENDED]}, {"Exclusions": [{**SUSPENDED, "Category": "PERM"}]}),
        ("sen-needs", {"SENneeds": [AUTISM]}, {"SENneeds": [{**AUTISM, "SENtypeRank": "2"}]}),
    ],
)
def test_what_counts_is_taken(group: str, held: dict[str, Any], incoming: dict[str, Any]) -> None:
    assert group_named(group).differing(held, incoming) == tuple(incoming)
    assert group_named(group).normal(group_named(group).joined(held, incoming)) == group_named(group).normal(incoming)


def test_items_are_told_in_the_order_of_the_group() -> None:
    held = {"Surname": "Okafor", "Forename": "Daniel", "DOB": "2013-02-14"}
    incoming = {"DOB": "2013-02-15", "Forename": "daniel", "Surname": "Okafor-Smith", "Sex": "M"}
    assert group_named("basic-details").differing(held, incoming) == ("Surname", "DOB", "Sex")


def test_an_address_is_never_put_together_from_two() -> None:
    held = {"Address": {"AddressLines": {"AddressLine1": "1 High Street"}, "County": "Bedfordshire"}}
    incoming = {"Address": {"AddressLines": {"AddressLine1": "2 Low Road"}}}
    assert group_named("addresses").joined(held, incoming) == incoming


def test_an_exclusion_less_is_kept_and_told() -> None:
    exclusions = group_named("exclusions")
    earlier = {**SUSPENDED, "StartDate": "2025-03-10"}
    held, incoming = {"Exclusions": [earlier, SUSPENDED]}, {"Exclusions": [SUSPENDED]}
    assert exclusions.differing(held, incoming) == ()
    assert exclusions.joined(held, incoming) == held
    assert exclusions.missing(held, incoming) == ("Exclusions",)


def test_an_exclusion_more_is_added_to_those_held() -> None:
    later = {**SUSPENDED, "StartDate": "2026-11-23"}
    joined = group_named("exclusions").joined({"Exclusions": [SUSPENDED]}, {"Exclusions": [later]})
    assert joined == {"Exclusions": [SUSPENDED, later]}


def test_an_exclusion_is_filled_with_what_is_learnt_later() -> None:
    held, incoming = {"Exclusions": [SUSPENDED]}, {"Exclusions": [{**SUSPENDED, "EndDate": "2026-11-17"}]}
    assert group_named("exclusions").joined(held, incoming) == incoming
    assert group_named("exclusions").missing(incoming, held) == ("Exclusions",)


def test_a_contact_is_known_by_its_key_when_its_name_changes() -> None:
    held = {"Contacts": [{**MOTHER, "GUID": "a"}, FATHER]}
    married = {**MOTHER, "Surname": "Bell", "GUID": "a"}
    assert group_named("contacts").joined(held, {"Contacts": [married]}) == {"Contacts": [married, FATHER]}


def test_a_contact_is_known_by_its_name_in_another_system() -> None:
    held = {"Contacts": [{**MOTHER, "GUID": "a", "Email": "grace@example.org"}]}
    incoming = {"Contacts": [{**MOTHER, "GUID": "b", "Phones": [mobile("07700900123")]}]}
    assert group_named("contacts").joined(held, incoming) == {
        "Contacts": [{**MOTHER, "GUID": "a", "Email": "grace@example.org", "Phones": [mobile("07700900123")]}]
    }


def test_a_key_that_a_system_gives_to_several_tells_none_of_them() -> None:
    contacts = group_named("contacts")
    incoming = {"Contacts": [{**MOTHER, "GUID": "0"}, {**FATHER, "GUID": "0"}]}
    joined = contacts.joined({"Contacts": [{**FATHER, "GUID": "f"}]}, incoming)
    assert joined == {"Contacts": [{**FATHER, "GUID": "f"}, {**MOTHER, "GUID": "0"}]}
    assert contacts.joined(joined, incoming) == joined


def test_a_contact_is_known_by_its_name_when_its_relationship_is_put_right() -> None:
    joined = group_named("contacts").joined({"Contacts": [MOTHER]}, {"Contacts": [{**MOTHER, "Relationship": "STM"}]})
    assert joined == {"Contacts": [{**MOTHER, "Relationship": "STM"}]}


def test_two_contacts_of_one_name_are_not_taken_for_each_other() -> None:
    """Father and grandfather: each is told from the other by the relationship, though the name fits both."""
    grandfather = {**FATHER, "Relationship": "REL"}
    held = {"Contacts": [FATHER, grandfather]}
    incoming = {"Contacts": [{**grandfather, "Order": "2"}, {**FATHER, "Order": "1"}]}
    joined = group_named("contacts").joined(held, incoming)
    assert joined == {"Contacts": [{**FATHER, "Order": "1"}, {**grandfather, "Order": "2"}]}


def test_those_that_cannot_be_told_apart_are_replaced_by_those_that_come() -> None:
    twice = [{**MOTHER, "Order": "1"}, {**MOTHER, "Order": "2"}]
    joined = group_named("contacts").joined({"Contacts": [MOTHER, FATHER]}, {"Contacts": twice})
    assert joined == {"Contacts": [*twice, FATHER]}


def test_results_join_the_stage_they_are_of() -> None:
    english = {**MATHS, "Subject": "ENG"}
    held = {"StageAssessments": [{"Stage": "KS2", "StageAssessment": [MATHS]}]}
    incoming = {"StageAssessments": [{"Stage": "KS2", "StageAssessment": [english]}]}
    assert group_named("attainment").joined(held, incoming) == {
        "StageAssessments": [{"Stage": "KS2", "StageAssessment": [MATHS, english]}]
    }
    assert group_named("attainment").missing(held, incoming) == ("StageAssessments",)


def test_a_result_put_right_replaces_the_wrong_one() -> None:
    right = {**MATHS, "Result": "105", "ResultDate": "2026-07-08"}
    held = {"StageAssessments": [{"Stage": "KS2", "StageAssessment": [MATHS]}]}
    incoming = {"StageAssessments": [{"Stage": "KS2", "StageAssessment": [right]}]}
    assert group_named("attainment").joined(held, incoming) == incoming


def test_what_has_another_form_than_the_schema_gives_is_not_read() -> None:
    """A schema that an operator adds may have lists where ours has texts."""
    record = {"Surname": ["Okafor"], "Contacts": [{"Surname": "Bell", "Dog": "Rex"}, "x"], "Phones": "none"}
    assert group_named("basic-details").read(record) is None
    assert group_named("contacts").read(record) == {"Contacts": [{"Surname": "Bell"}]}
    assert group_named("telephones").read(record) is None


def shown(group: str, payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(row.within, row.label, row.text) for row in group_named(group).show(payload)]


def test_values_are_shown_in_words() -> None:
    assert shown("basic-details", {"Sex": "F", "DOB": "2013-02-14", "MedicalFlag": "0"}) == [
        ("", "Date of birth", "14 February 2013"),
        ("", "Sex", "Female (F)"),
        ("", "Medical flag", "No"),
    ]


def test_what_no_list_knows_is_shown_as_it_is() -> None:
    assert shown("basic-details", {"Sex": "Q", "DOB": "soon", "MedicalFlag": "often"}) == [
        ("", "Date of birth", "soon"),
        ("", "Sex", "Q"),
        ("", "Medical flag", "often"),
    ]


def test_parts_are_shown_within_what_they_are_part_of() -> None:
    two = [{**MATHS, "Result": "104"}, {**MATHS, "Subject": "ENG"}]
    rows = shown("attainment", {"StageAssessments": [{"Stage": "KS2", "StageAssessment": two}]})
    assert rows[0][0] == "Assessments of a stage"
    assert ("Assessments of a stage > Assessment 2", "Subject", "ENG") in rows
    assert ("Contact 2", "Telephone", "Mobile (M), 07700900123") in shown(
        "contacts", {"Contacts": [MOTHER, {**FATHER, "Phones": [mobile("07700900123")]}]}
    )


def test_welsh_details_are_kept_and_shown_whatever_their_names() -> None:
    welsh = {"SpeakWelsh": "F", "Other": {"Inner": "x"}}
    record = {"NAWdetails": welsh}
    payload = group_named("ethnicity-and-language").read(record)
    assert payload is not None
    assert group_named("ethnicity-and-language").write(payload) == record
    assert shown("ethnicity-and-language", payload) == [("", "Speaks Welsh", "F"), ("", "Other", '{"Inner":"x"}')]


def test_an_item_may_be_called_otherwise_than_in_an_office() -> None:
    assert shown("enrolment", {"SuppID": "Example MIS 7.2"}) == [("", "The MIS that the key is of", "Example MIS 7.2")]
