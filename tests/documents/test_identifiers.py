import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schoolgate.documents import identifiers
from schoolgate.documents.identifiers import (
    UCI_LETTERS,
    UPN_LETTERS,
    Fault,
    duns_fault,
    la_number_fault,
    parse_upn,
    school_number_fault,
    uci_check_letter,
    uci_fault,
    uln_check_digit,
    uln_fault,
    upn_check_letter,
    upn_fault,
    uprn_fault,
    urn_fault,
)
from schoolgate.documents.problems import DocumentError

DIGITS = "0123456789"


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


upn_bodies = st.builds(lambda school, serial: f"820{school}{serial}", digits(8), st.sampled_from(DIGITS + UPN_LETTERS))
uci_bodies = st.builds(
    lambda centre, issuer, rest: centre + issuer + rest, digits(5), st.sampled_from("0ABCEG"), digits(6)
)


def code_of(fault: Fault | None) -> str:
    return fault.code if fault else ""


class TestUpn:
    @pytest.mark.parametrize(
        "upn",
        [
            "H801200001001",
            "R820432124001",
            "F820432124002",
            "D820432123017",
            "P820432122044",
            "N823432118001",
            "T820432117003",
            "B820999923005",
            "C82043212400A",
            "R82043212400B",
        ],
    )
    def test_the_computed_examples_of_the_reference_are_right(self, upn: str) -> None:
        assert upn_fault(upn) is None

    def test_a_permanent_one_gives_its_parts(self) -> None:
        upn = parse_upn("R820432124001")
        assert (upn.la, upn.school, upn.year, upn.serial, upn.temporary) == ("820", "4321", "24", "001", False)

    def test_one_that_ends_in_a_letter_is_temporary(self) -> None:
        assert parse_upn("C82043212400A").temporary

    @given(upn_bodies)
    def test_the_computed_letter_is_always_accepted_and_no_other_is(self, body: str) -> None:
        right = upn_check_letter(body)
        accepted = [letter for letter in UPN_LETTERS if upn_fault(letter + body) is None]
        assert accepted == [right]

    @given(upn_bodies)
    def test_parts_put_together_are_the_same_text(self, body: str) -> None:
        text = upn_check_letter(body) + body
        assert str(parse_upn(text)) == text

    @given(upn_bodies, st.integers(1, 12), st.sampled_from(DIGITS))
    def test_a_digit_in_place_of_another_is_always_found(self, body: str, place: int, digit: str) -> None:
        text = upn_check_letter(body) + body
        assume(text[place].isdigit())
        other = text[:place] + digit + text[place + 1 :]
        assert (upn_fault(other) is None) == (other == text)

    @pytest.mark.parametrize(
        "text", ["", "R82043212400", "R8204321240011", "r820432124001", "R820432124001\n", "O820432124001"]
    )
    def test_other_shapes_are_no_upn(self, text: str) -> None:
        assert code_of(upn_fault(text)) == "upn-pattern"

    def test_digits_of_other_scripts_are_not_taken(self) -> None:
        assert code_of(upn_fault("R82043212400\N{ARABIC-INDIC DIGIT ONE}")) == "upn-pattern"

    def test_la_digits_of_a_withdrawn_authority_are_right(self) -> None:
        assert upn_fault(upn_check_letter("902200197001") + "902200197001") is None

    def test_la_digits_that_were_never_an_authority_are_told(self) -> None:
        assert code_of(upn_fault(upn_check_letter("499200124001") + "499200124001")) == "upn-la"

    def test_la_digits_of_samples_are_right_in_demo_mode_only(self) -> None:
        text = upn_check_letter("999200124001") + "999200124001"
        assert code_of(upn_fault(text)) == "upn-la"
        assert upn_fault(text, demo=True) is None

    def test_parsing_a_wrong_one_raises_the_same_code(self) -> None:
        with pytest.raises(DocumentError) as raised:
            parse_upn("A820432124001")
        assert raised.value.code == "upn-check-letter"


class TestUln:
    @pytest.mark.parametrize(
        "uln", ["1000000027", "1000000019", "1234567899", "6000000013", "9023456717", "1002345676", "5530044106"]
    )
    def test_the_computed_examples_of_the_reference_are_right(self, uln: str) -> None:
        assert uln_fault(uln) is None

    @given(st.integers(100_000_000, 999_999_999).map(str))
    def test_at_most_the_one_computed_digit_is_accepted(self, first_nine: str) -> None:
        accepted = [digit for digit in DIGITS if uln_fault(first_nine + digit) is None and first_nine != "9" * 9]
        right = uln_check_digit(first_nine)
        assert accepted == ([right] if right and first_nine != "9" * 9 else [])

    def test_no_number_begins_where_the_remainder_is_none(self) -> None:
        assert uln_check_digit("100000006") is None
        assert all(uln_fault("100000006" + digit) for digit in DIGITS)

    def test_all_nines_stand_for_not_known(self) -> None:
        assert uln_fault(identifiers.ULN_NOT_KNOWN) is None

    @pytest.mark.parametrize("text", ["0234567899", "123456789", "12345678991", "1234567899 ", "123456789X", ""])
    def test_other_shapes_are_no_uln(self, text: str) -> None:
        assert code_of(uln_fault(text)) == "uln-pattern"


class TestUci:
    @pytest.mark.parametrize("uci", ["523450241001M", "52345A241001E", "523450231234W", "12345B220007G"])
    def test_the_computed_examples_of_the_reference_are_right(self, uci: str) -> None:
        assert uci_fault(uci) is None

    @given(uci_bodies)
    def test_the_computed_letter_is_always_accepted_and_no_other_is(self, body: str) -> None:
        accepted = [letter for letter in UCI_LETTERS if uci_fault(body + letter) is None]
        assert accepted == [uci_check_letter(body)]

    def test_a_letter_that_no_awarding_body_has_is_told_apart(self) -> None:
        assert code_of(uci_fault("12345Q220007G")) == "uci-awarding-body"

    @pytest.mark.parametrize("text", ["", "5234502410014", "523450241001O", "52345a241001E", "523450241001M "])
    def test_other_shapes_are_no_uci(self, text: str) -> None:
        assert code_of(uci_fault(text)) == "uci-pattern"


class TestLaNumber:
    @pytest.mark.parametrize("number", ["820", "823", "201", "902", "660", "010", "001"])
    def test_past_and_present_numbers_are_right(self, number: str) -> None:
        assert la_number_fault(number) is None

    @pytest.mark.parametrize("number", ["999", "111"])
    def test_sample_numbers_are_right_in_demo_mode_only(self, number: str) -> None:
        assert code_of(la_number_fault(number)) == "la-number-sample"
        assert la_number_fault(number, demo=True) is None

    def test_a_sample_number_stays_wrong_where_unlisted_ones_are_allowed(self) -> None:
        assert code_of(la_number_fault("999", listed=False)) == "la-number-sample"

    def test_an_unlisted_number_is_wrong_unless_the_caller_allows_it(self) -> None:
        assert code_of(la_number_fault("499")) == "la-number-unknown"
        assert la_number_fault("499", listed=False) is None

    @pytest.mark.parametrize("letters", ["XXX", "MMM", "NAA"])
    def test_letters_are_right_only_where_allowed(self, letters: str) -> None:
        assert code_of(la_number_fault(letters)) == "la-number-pattern"
        assert la_number_fault(letters, letters=True) is None

    @pytest.mark.parametrize("text", ["", "82", "8200", "82a", "82\N{FULLWIDTH DIGIT ZERO}", "820\n"])
    def test_other_shapes_are_no_la_number(self, text: str) -> None:
        assert code_of(la_number_fault(text, letters=True)) == "la-number-pattern"


class TestSchoolNumber:
    @given(digits(4))
    def test_any_four_digits_are_right(self, text: str) -> None:
        assert school_number_fault(text) is None

    @pytest.mark.parametrize("letters", ["XXXX", "MMMM", "LLLL"])
    def test_letters_are_right_only_where_allowed(self, letters: str) -> None:
        assert code_of(school_number_fault(letters)) == "school-number-pattern"
        assert school_number_fault(letters, letters=True) is None

    @pytest.mark.parametrize("text", ["", "432", "43210", "432x", "4321\n"])
    def test_other_shapes_are_no_school_number(self, text: str) -> None:
        assert code_of(school_number_fault(text, letters=True)) == "school-number-pattern"


class TestOtherNumbers:
    @pytest.mark.parametrize("text", ["012345678", "000000001", "987654321"])
    def test_a_duns_number_is_nine_digits_with_its_leading_zeros(self, text: str) -> None:
        assert duns_fault(text) is None

    @pytest.mark.parametrize("text", ["", "12345678", "0123456789", "12-345-678", "12345678A"])
    def test_other_shapes_are_no_duns_number(self, text: str) -> None:
        assert code_of(duns_fault(text)) == "duns-pattern"

    def test_a_urn_is_six_digits(self) -> None:
        assert urn_fault("109707") is None
        assert code_of(urn_fault("10970")) == "urn-pattern"

    @pytest.mark.parametrize("text", ["1", "10007073456", "999999999999"])
    def test_a_uprn_is_one_to_twelve_digits(self, text: str) -> None:
        assert uprn_fault(text) is None

    @pytest.mark.parametrize("text", ["", "0", "0100", "1234567890123", "12 4"])
    def test_other_shapes_are_no_uprn(self, text: str) -> None:
        assert code_of(uprn_fault(text)) == "uprn-pattern"


@given(st.text(max_size=14))
def test_no_text_makes_a_check_raise(text: str) -> None:
    for fault in (
        upn_fault,
        uln_fault,
        uci_fault,
        la_number_fault,
        school_number_fault,
        urn_fault,
        uprn_fault,
        duns_fault,
    ):
        found = fault(text)
        assert found is None or found.reason.endswith(".")
