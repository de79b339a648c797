import pytest

from schoolgate.documents.identifiers import parse_upn, uci_fault, uln_fault, upn_fault
from schoolgate.documents.samples.numbers import NumberOffice


def office(school: str = "4321", *, la: str = "820") -> NumberOffice:
    return NumberOffice(la, school, start=0)


@pytest.mark.parametrize("school", ["1005", "2001", "4321", "7010", "9999"])
def test_no_upn_of_a_large_sample_comes_twice_and_all_are_right(school: str) -> None:
    numbers = office(school)
    given = [numbers.upn(2020) for _ in range(6_000)]
    given += [numbers.upn_from_elsewhere(2020) for _ in range(600)]
    given += [numbers.temporary_upn(2020) for _ in range(3_000)]
    assert len(set(given)) == len(given)
    assert not any(upn_fault(upn) for upn in given)


def test_schools_of_one_authority_give_out_different_upns() -> None:
    offices = [office(school) for school in ("2001", "2002", "2642", "4321", "4322", "7010")]
    given = [numbers.upn(2020) for numbers in offices for _ in range(400)]
    assert len(set(given)) == len(given)


def test_a_secondary_s_pupils_have_the_upns_of_primaries() -> None:
    numbers = office("4321")
    assert {parse_upn(numbers.upn(2018)).school for _ in range(10)} == {"2642", "2643"}


def test_a_upn_from_elsewhere_is_another_authority_s() -> None:
    numbers = office("2001", la="823")
    assert "823" not in {parse_upn(numbers.upn_from_elsewhere(2018)).la for _ in range(400)}


def test_a_temporary_upn_is_one() -> None:
    assert parse_upn(office().temporary_upn(2024)).temporary


def test_a_upn_holds_its_year_of_issue() -> None:
    assert parse_upn(office().upn(2009)).year == "09"


def test_no_uln_comes_twice_and_all_are_right() -> None:
    numbers = office()
    given = [numbers.uln() for _ in range(20_000)]
    assert len(set(given)) == len(given)
    assert not any(uln_fault(uln) for uln in given)


def test_no_uci_comes_twice_and_all_are_right() -> None:
    numbers = office()
    given = [numbers.uci(2026) for _ in range(10_000)]
    assert len(set(given)) == len(given)
    assert not any(uci_fault(uci) for uci in given)
