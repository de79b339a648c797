import pytest

from schoolgate.documents.ebis.codes import code_list, code_list_names

UNITS_OF_THE_PROFILE = (
    "5I ACR ANN CLT CMK CMQ CMT D61 D62 DAY FOT FTK FTQ GLI HUR INH INK INQ K6 KTM LTR MIN MLT MMT MON MTK MTQ MTR OZI "
    "PTI SEC SMI WEE YDK YDQ YRD CWI GRM KGM KWH KWT LBR LTN ONZ STI TNE EA KT SET BG BO BX CA CR CS CT CY DR PA PF PK "
    "RO SA TU CEN DZN MIL PR 5B IE U1 VS"
)


@pytest.mark.parametrize("name", code_list_names())
def test_every_code_of_every_list_has_a_label(name: str) -> None:
    listed = code_list(name)
    assert listed
    assert all(code and label for code, label in listed.items())


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("unit_ukgov", UNITS_OF_THE_PROFILE),
        ("tax_rate", "S Z E L H N X"),
        ("tax_rate_ukgov", "standard reduced zero-rated exempt"),
        ("invoice_function", "FII PRI PVI AMI CAI TEI COI"),
        ("discount_type", "SPD LID VOD ESD LPI RED TRD"),
        ("lot_serial_type", "LOT SER BCH"),
        ("mode_of_transport", "1 2 3 4 5 6 7 8 9"),
    ],
)
def test_a_list_holds_the_codes_of_the_reference(name: str, codes: str) -> None:
    assert list(code_list(name)) == codes.split()


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("order_type", "CTO", "content order"),
        ("order_type", "QTN", "quotation"),
        ("order_function", "FIO", "firm"),
        ("invoice_type", "CRN", "credit note"),
        ("unit", "GRO", "gross"),
        ("settlement_method", "BCS", "BACS"),
        ("line_type", "FRT", "freight"),
    ],
)
def test_a_code_is_told_in_words(name: str, code: str, label: str) -> None:
    assert code_list(name)[code] == label


def test_there_is_no_list_of_another_name() -> None:
    with pytest.raises(KeyError):
        code_list("../orders")
