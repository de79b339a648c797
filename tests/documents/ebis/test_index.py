from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.ebis.skeletons import is_valid

from schoolgate.documents.ebis.index import KINDS, Entry, read_index, write_index
from schoolgate.documents.problems import DocumentError

LONDON = ZoneInfo("Europe/London")

ids = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xD7FF, exclude_categories=["Z", "C"]), min_size=1)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001  the zone is drawn beside it
    datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=1))]),
)
entries = st.builds(Entry, ids.map(lambda text: text[:100]), st.sampled_from(KINDS), moments)


@given(st.lists(entries, max_size=5))
def test_an_index_is_valid_and_reads_back_as_it_was_written(listed: list[Entry]) -> None:
    text = write_index(listed)
    assert is_valid(text, "fetch-index")
    assert read_index(text) == listed


def test_each_create_date_carries_its_offset() -> None:
    summer = Entry("B-1", "order", datetime(2026, 7, 1, 9, tzinfo=LONDON))
    assert "<CreateDate>2026-07-01T09:00:00+01:00</CreateDate>" in write_index([summer])


@pytest.mark.parametrize(
    ("before", "other"),
    [
        (datetime(2026, 7, 1, 9, tzinfo=LONDON), datetime(2026, 7, 1, 8, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=LONDON), datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=LONDON)),
    ],
)
def test_a_time_that_python_takes_as_equal_to_one_before_carries_its_own_offset(
    before: datetime, other: datetime
) -> None:
    assert before == other
    written = write_index([Entry("B-1", "order", before), Entry("B-1", "order", other)])
    assert [f"<CreateDate>{moment.isoformat()}</CreateDate>" in written for moment in (before, other)] == [True, True]


NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        (
            "<Documents><Document><DocID>a</DocID><DocType>order</DocType><CreateDate>2026-11-26T09:00:00Z</CreateDate>"
            "</Document></Documents>"
        ),
        '<i:index xmlns:i="urn:x"><i:doc id="a" TYPE="Order" created="2026-11-26T09:00:00+00:00"/></i:index>',
        (
            '<List><Row Name="a"><documenttype> order </documenttype>'
            "<DateCreated>2026-11-26T10:00:00+01:00</DateCreated></Row></List>"
        ),
        (
            '<DocumentID xmlns="urn:y"><Item><CreatedDate>2026-11-26T09:00:00</CreatedDate><Type>order</Type>'
            "<DocumentID>a</DocumentID><Extra/></Item></DocumentID>"
        ),
        '<?xml version="1.0" encoding="utf-16"?><D id="a" type="order" created="2026-11-26T09:00:00Z"/>',
    ],
)
def test_an_index_is_read_whatever_its_service_calls_things(text: str) -> None:
    assert read_index(text) == [Entry("a", "order", NINE)]


def test_an_id_goes_before_a_name_of_the_same_entry() -> None:
    text = '<D><E Name="Winter order" DocID="a" Type="order" Created="2026-11-26T09:00:00Z"/></D>'
    assert read_index(text)[0].doc_id == "a"


def test_a_time_without_an_offset_is_londons() -> None:
    text = '<D><E id="a" type="order" created="2026-07-01T09:00:00"/></D>'
    assert read_index(text)[0].created == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_an_unknown_type_and_an_unreadable_date_are_kept() -> None:
    text = '<D><E id="a" type="Catalogue" created="26/11/2026"/></D>'
    assert read_index(text) == [Entry("a", "catalogue", None)]


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
def test_a_date_that_no_row_can_hold_is_no_date_and_keeps_no_other_entry_out(created: str) -> None:
    text = f'<D><D id="a" type="order" created="{created}"/><D id="b" type="order" created="2026-11-26T09:00:00Z"/></D>'
    assert read_index(text) == [Entry("a", "order", None), Entry("b", "order", NINE)]


@pytest.mark.parametrize("created", [None, datetime(2026, 11, 26, 9)])  # noqa: DTZ001  what is refused
def test_nothing_is_written_without_its_date_and_offset(created: datetime | None) -> None:
    with pytest.raises(ValueError, match="offset"):
        write_index([Entry("a", "order", created)])


@pytest.mark.parametrize("text", ["", "  \n", "<Documents/>", "<Documents><Count>0</Count></Documents>", b""])
def test_an_index_may_be_empty(text: str | bytes) -> None:
    assert read_index(text) == []


def test_a_web_page_is_no_empty_index() -> None:
    with pytest.raises(DocumentError) as refused:
        read_index('<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Please sign in</p></body></html>')
    assert refused.value.code == "wrong-document"
    assert ".asmx" in refused.value.remedy


@pytest.mark.parametrize("text", ["<Documents>", "no index", "<!DOCTYPE a><a/>"])
def test_what_is_no_safe_xml_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        read_index(text)
