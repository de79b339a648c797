import pytest

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.samples.heritages import Heritage, heritages

each = pytest.mark.parametrize("heritage", dict.fromkeys(heritages()), ids=lambda heritage: heritage.name)


@each
def test_its_codes_are_in_the_lists(heritage: Heritage) -> None:
    assert all(code_set("ethnicity").is_known(code) for code in heritage.ethnicities)
    assert all(code_set("language").is_known(code) for code in heritage.languages)
    assert all(code_set("country").is_known(code) for code in heritage.countries)


@each
def test_it_has_names_enough_for_brothers_and_sisters(heritage: Heritage) -> None:
    assert min(len(set(names)) for names in (heritage.girls, heritage.boys, heritage.women, heritage.men)) >= 6


@each
def test_its_names_fit_into_a_file(heritage: Heritage) -> None:
    names = [*heritage.girls, *heritage.boys, *heritage.women, *heritage.men, *heritage.surnames]
    assert all(0 < len(name) <= 35 and name == name.strip() for name in names)


def test_a_heritage_is_as_common_as_its_weight_says() -> None:
    assert 0.55 < sum(heritage.name == "british" for heritage in heritages()) / len(heritages()) < 0.70


def test_there_are_many_heritages() -> None:
    assert len(set(heritages())) >= 20
