import gzip
import io
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xml import BLOCK, gunzip, scanner, utf8

LIMIT = 1_000_000


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    stream = io.BytesIO(data)
    return iter(lambda: stream.read(size), b"")


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def refusal(chunks: Iterator[bytes] | list[bytes], **options: bool) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        b"".join(utf8(chunks, **options))
    return refused.value


def gzip_refusal(data: bytes, limit: int = LIMIT, size: int = 1000) -> str:
    with pytest.raises(DocumentError) as refused:
        list(gunzip(pieces(data, size), limit))
    return refused.value.code


# gunzip


@given(st.binary(max_size=3 * BLOCK), st.integers(1, 5000))
def test_packed_data_come_out_as_they_went_in(data: bytes, size: int) -> None:
    chunks = list(gunzip(pieces(packed(data), size), len(data)))
    assert b"".join(chunks) == data
    assert all(len(chunk) <= BLOCK for chunk in chunks)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    given_out: list[int] = []
    with pytest.raises(DocumentError) as refused:
        given_out.extend(len(chunk) for chunk in gunzip([packed(bytes(50 * LIMIT))], LIMIT))
    assert refused.value.code == "too-large"
    assert 0 < sum(given_out) <= LIMIT


@pytest.mark.parametrize("behind", [b"\0", b"x" * 5000, packed(b"a second member")])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_bytes_behind_the_data_are_refused(behind: bytes, size: int) -> None:
    assert gzip_refusal(packed(b"<a/>" * 100) + behind, size=size) == "gzip-trailing-bytes"


@given(st.integers(0, 10_000))
def test_data_that_end_early_are_refused(end: int) -> None:
    data = packed(bytes(range(256)) * 20)
    assert gzip_refusal(data[: min(end, len(data) - 1)]) == "gzip-cut-short"


@pytest.mark.parametrize("data", [b"<CESfile/>", b"\x1f\x8b\x08\x00" + b"\xff" * 50, zlib.compress(b"<a/>")])
def test_what_is_not_gzip_is_refused(data: bytes) -> None:
    assert gzip_refusal(data) == "gzip-broken"


# utf8

ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "ISO-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "Windows-1252": "cp1252",
}


@pytest.mark.parametrize("name", ENCODINGS)
@given(
    text=st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cs")), max_size=3000),
    size=st.integers(1, 999),
)
def test_every_encoding_taken_comes_out_as_utf_8(name: str, text: str, size: int) -> None:
    document = f"<?xml version='1.0' encoding='{name}'?>\n<a>{text}</a>"
    try:
        written = document.encode(ENCODINGS[name])
    except UnicodeEncodeError:  # the two that lack some of these characters
        return
    assert b"".join(utf8(pieces(written, size))).decode() == document


def test_without_a_declaration_it_is_utf_8() -> None:
    assert b"".join(utf8(["<a>é</a>".encode()])) == "<a>é</a>".encode()


def test_a_byte_order_mark_is_left_out() -> None:
    assert b"".join(utf8([b"\xef\xbb\xbf<a/>"])) == b"<a/>"
    assert b"".join(utf8(["<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16")])).startswith(b"<?xml")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("UTF-16LE", "utf-16-le"), ("UTF-16", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("US-ASCII", "ascii")],
)
def test_an_encoding_without_a_mark_is_known_by_its_bytes(name: str, codec: str) -> None:
    document = f'<?xml version="1.0" encoding="{name}"?><a/>'
    assert b"".join(utf8([document.encode(codec)])).decode() == document


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-16"?><a/>',
        '\ufeff<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16-le"),
        '\ufeff<?xml version="1.0" encoding="UTF-16BE"?><a/>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        '<?xml version="1.0"?><a/>'.encode("utf-16-le"),
    ],
)
def test_a_mark_that_does_not_agree_with_the_declaration_is_refused(data: bytes) -> None:
    assert refusal([data]).code == "encoding-differs"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("UTF-8", "é".encode("latin-1")),
        ("UTF-8", b"\xed\xa0\x80"),
        ("UTF-8", b"\xc0\xaf"),
        ("US-ASCII", "é".encode()),
        ("Windows-1252", b"\x81"),
    ],
)
def test_bytes_that_are_not_in_the_declared_encoding_are_refused_with_their_line(name: str, data: bytes) -> None:
    document = f'<?xml version="1.0" encoding="{name}"?>\n<a>\n'.encode() + data + b"</a>"
    for size in (1, 10_000):
        error = refusal(pieces(document, size))
        assert (error.code, error.line) == ("encoding-broken", 3)


def test_a_character_cut_in_half_at_the_end_is_refused_unless_it_is_only_a_start() -> None:
    data = "<a>é".encode()[:-1]
    assert refusal([data]).code == "encoding-broken"
    assert b"".join(utf8([data], whole=False)).startswith(b"<a>")


@pytest.mark.parametrize("name", ["EBCDIC-CP-GB", "UTF-7", "GB18030", "x" * 200])
def test_another_encoding_is_refused_by_its_name(name: str) -> None:
    error = refusal([f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()])
    assert error.code == "encoding-unknown"
    assert (name in error.message) == (len(name) < 41)


def test_utf_32_is_refused() -> None:
    assert refusal(["<a/>".encode("utf-32")]).code == "encoding-unknown"


def test_xml_1_1_is_refused() -> None:
    assert refusal([b'<?xml version="1.1"?><a/>']).code == "xml-version"


@pytest.mark.parametrize("chunks", [[], [b""], [b" \n"]])
def test_an_empty_file_is_said_to_be_empty(chunks: list[bytes]) -> None:
    assert refusal(chunks).code == "empty"


# scanner


@pytest.mark.parametrize(
    "document",
    [
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!-- x -->\n<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    ],
)
def test_a_doctype_is_refused_before_it_is_read(document: str) -> None:
    with pytest.raises(DocumentError) as refused:
        scanner().Parse(document.encode(), True)
    assert refused.value.code == "doctype"
    assert refused.value.line == 1 + document.count("\n")


def test_the_word_doctype_in_a_comment_is_no_doctype() -> None:
    scanner().Parse(b"<!-- <!DOCTYPE a> --><a/>", True)
