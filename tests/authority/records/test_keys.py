"""Keys: what a pupil is found by, and the range that stands for a beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.records.holding import hold
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.registry import read_groups
from schoolgate.authority.records.keys import key_of, name_parts, prefix, search_keys
from schoolgate.authority.records.models import Pupil, PupilKey

Kind = PupilKey.Kind


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("O’Neill", "oneill"),
        ("Smith-Jones", "smithjones"),
        ("St. John", "stjohn"),
        ("Łoś", "los"),
        ("R820432124001", "r820432124001"),
        ("MK41 9PQ", "mk419pq"),
        ("李", "x674e"),
        ("-", ""),
        ("", ""),
        ("a" * 500, "a" * 400),
    ],
)
def test_a_key_has_small_letters_and_digits_only(text: str, key: str) -> None:
    assert key_of(text) == key


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)
    assert all(letter in "0123456789abcdefghijklmnopqrstuvwxyz" for letter in key_of(text))


def test_a_name_has_a_key_whole_and_for_each_part() -> None:
    assert set(name_parts("Smith-Jones")) == {"smithjones", "smith", "jones"}
    assert set(name_parts("Anne Marie")) == {"annemarie", "anne", "marie"}
    assert set(name_parts("Okafor")) == {"okafor"}


def test_all_names_upns_and_the_post_code_are_keys() -> None:
    record = a_pupil(
        BasicDetails={"FormerUPN": "F820432124002", "PreferredForename": "Dan", "FormerSurname": "de la Cruz"},
        Address={"PostCode": "MK41 9PQ"},
    )
    assert search_keys(dict(read_groups(record))) == {
        *((Kind.NAME, name) for name in ("okafor", "daniel", "dan", "delacruz", "de", "la", "cruz")),
        (Kind.UPN, "r820432124001"),
        (Kind.UPN, "f820432124002"),
        (Kind.POSTCODE, "mk419pq"),
    }


def test_a_pupil_without_any_of_it_has_no_keys() -> None:
    assert search_keys({}) == frozenset()


@pytest.mark.parametrize("beginning", ["okaf", "oka9", "okaz", "okzz", "z", "zz", "9", "0", "okafor"])
def test_a_range_finds_what_begins_so_and_nothing_else(beginning: str, green_abbey: Base) -> None:
    pupil = hold(green_abbey)
    PupilKey.objects.all().delete()
    texts = ["oka", "okaf", "okafor", "okaforz", "okag", "oka9", "oka99", "okaa", "okaz", "okazz", "okb", "okzz", "ol"]
    texts += ["z", "zz", "zzz", "9", "99", "a", "0", "00", "1"]
    PupilKey.objects.bulk_create(PupilKey(pupil=pupil, kind=Kind.NAME, text=text) for text in texts)
    found = PupilKey.objects.filter(prefix("text", beginning)).values_list("text", flat=True)
    assert sorted(found) == sorted(text for text in texts if text.startswith(beginning))


def test_nothing_begins_with_nothing(green_abbey: Base) -> None:
    hold(green_abbey)
    assert not Pupil.objects.filter(prefix("surname_key", "")).exists()
