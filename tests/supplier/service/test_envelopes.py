"""What the log keeps of an envelope holds no password, in whatever state the envelope is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.supplier.service.calling import envelope_of

from schoolgate.supplier.service.envelopes import LONGEST, MASK, without_secrets

SECRET = "S3cret-&-Lantern"


@pytest.mark.parametrize(
    "envelope",
    [
        f"<Password>{SECRET}</Password>",
        f'<o:Password xsi:type="s:string">{SECRET}</o:Password>',
        f"<Password\n><![CDATA[{SECRET}]]></Password >",
        f"<Password><x>{SECRET}</x></Password>",
        f"<Password>{SECRET}",
        f"<password>{SECRET}</password>",
        f"<wsse:PasswordText>{SECRET}</wsse:PasswordText>",
        f"<Pwd>{SECRET}</Pwd>",
        f'<AuthHeader Password="{SECRET}"/>',
        f"<AuthHeader o:password = '{SECRET}'/>",
        f"<ChangePasswordResponse><ChangePasswordResult>{SECRET}</ChangePasswordResult></ChangePasswordResponse>",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_password_is_masked_wherever_it_stands(envelope: str, codec: str) -> None:
    kept = without_secrets(f"<e:Envelope>{envelope}<Username>kept</Username></e:Envelope>".encode(codec))
    assert SECRET not in kept
    assert MASK in kept


def test_what_is_no_password_is_kept() -> None:
    envelope = envelope_of("FetchDoc", user="greenabbey", password=SECRET, DocID="B-1001").decode()
    assert without_secrets(envelope.encode(), SECRET) == envelope.replace("S3cret-&amp;-Lantern", MASK)


def test_an_empty_password_is_seen_as_one() -> None:
    assert without_secrets(b"<Password/><DocID>B-1001</DocID>") == "<Password/><DocID>B-1001</DocID>"
    assert without_secrets(b"<Password></Password>") == f"<Password>{MASK}</Password>"


@given(password=st.text(min_size=4).filter(lambda text: text.strip("*")), before=st.text(max_size=20))
def test_a_known_password_stands_nowhere(password: str, before: str) -> None:
    text = f"<x>{before}{password}</x>".replace("\0", "")
    kept = without_secrets(text.encode("utf-8", "replace"), password.replace("\0", ""))
    assert password not in kept or password in f"<x>{before}{MASK}</x>"


def test_a_long_envelope_is_cut() -> None:
    assert len(without_secrets(b"<a>" + b"x" * 1_000_000)) == LONGEST + 1


@given(st.binary(max_size=300))
def test_what_is_kept_fits_into_any_database(envelope: bytes) -> None:
    kept = without_secrets(envelope)
    assert "\0" not in kept
    kept.encode()


@pytest.mark.parametrize("start", [b"<", b"<a ", b"<pass>", b"<pass></", b"<pass:"])
def test_a_name_that_goes_on_for_ever_is_looked_at_once(start: bytes) -> None:
    # One that is tried in every way takes longer than a test run.
    assert without_secrets(start + b"pass" * 20_000)
