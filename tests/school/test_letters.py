"""What people paste from the LA's letter: the address and the code are taken out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.bases.codes import ALPHABET, LENGTH, grouped
from schoolgate.school.exchange.administration.letters import Letter, plain_code, read_letter

ADDRESS = "https://exchange.bedford.example"
CODE = "K7QM-4TXP-2R"


@pytest.mark.parametrize(
    "pasted",
    [
        f"{ADDRESS}/join/{CODE}",
        f"{ADDRESS}/join/{CODE}/",
        f"{ADDRESS}/join?code={CODE}",
        f"{ADDRESS}/join#{CODE}",
        f" {ADDRESS}/join  {CODE} ",
        f"Your new way to send pupil files. Code {CODE}, good until 4 December. Open {ADDRESS}/join.",
        f"Type this address: {ADDRESS} Your connection code: {CODE}. Questions? Bedford Data Team, 01234 000000",
        f"exchange.bedford.example/join {CODE}",
    ],
)
def test_a_link_or_a_whole_letter_gives_address_and_code(pasted: str) -> None:
    assert read_letter(pasted) == Letter(ADDRESS, CODE)


@pytest.mark.parametrize("typed", ["k7qm4txp2r", "K7QM 4TXP 2R", "k7qm-4txp-2r", CODE])
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert plain_code(read_letter(typed).code) == plain_code(CODE)


@pytest.mark.parametrize("text", ["Data team at Bedford", "DEPARTMENT", "", "01234 000000", "820 4321"])
def test_words_and_telephone_numbers_are_no_code(text: str) -> None:
    assert read_letter(text) == Letter()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("exchange.bedford.example", ADDRESS),
        ("HTTPS://exchange.bedford.example/", ADDRESS),
        (f"{ADDRESS}/exchange/v1/", ADDRESS),
        (f"{ADDRESS}:8443/join", f"{ADDRESS}:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        (f"{ADDRESS}/joinery", f"{ADDRESS}/joinery"),
    ],
)
def test_an_address_is_read_as_it_is_to_be_called(typed: str, address: str) -> None:
    assert read_letter(typed).address == address


def test_an_e_mail_address_is_no_web_address() -> None:
    assert read_letter("Questions? data@bedford.example").address == ""


def test_a_name_in_a_link_is_never_taken_for_the_lock() -> None:
    assert read_letter("https://jo:secret@la.example/join").address == "https://la.example"


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH).map(grouped))
def test_every_code_that_an_authority_prints_is_found_in_its_link(code: str) -> None:
    assert read_letter(f"{ADDRESS}/join/{code}") == Letter(ADDRESS, code)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    read_letter(text)
