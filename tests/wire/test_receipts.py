import base64
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.wire.receipts import (
    Receipt,
    ReceiptError,
    new_key,
    public_keys,
    receipt_file,
    sign,
    verify,
    verify_receipt_file,
)

NOW = datetime(2026, 11, 20, 15, 24, 10, tzinfo=UTC)
KEY = new_key(NOW)
KEYS = public_keys([KEY])
PLAIN = b"<CESfile/>"
RECEIPT = Receipt(
    issuer="https://exchange.bedford.example",
    base="8204321",
    kind="student",
    name="8204321_CES_820LLLL_001.xml",
    sha256=sha256(PLAIN).hexdigest(),
    size=len(PLAIN),
    received=NOW,
    ref="B-20261120-0417",
)


def code_of(receipt: str, keys: dict[str, Any] = KEYS) -> str:
    with pytest.raises(ReceiptError) as caught:
        verify(receipt, keys)
    return caught.value.code


def signed_claims(**changes: object) -> str:
    """A receipt signed with the right key whose claims are not those of a receipt."""
    from joserfc import jws
    from joserfc.jwk import OKPKey

    claims = json.loads(base64.urlsafe_b64decode(sign(RECEIPT, KEY).split(".")[1] + "=="))
    claims.update(changes)
    header = {"alg": "Ed25519", "kid": KEY["kid"]}
    return jws.serialize_compact(header, json.dumps(claims), OKPKey.import_key(KEY), algorithms=["Ed25519"])


texts = st.text(max_size=40)
receipts = st.builds(
    Receipt,
    issuer=texts,
    base=texts,
    kind=texts,
    name=texts,
    sha256=texts,
    size=st.integers(min_value=0),
    received=st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)).map(  # noqa: DTZ001  hypothesis adds the zone
        lambda moment: moment.replace(microsecond=0)
    ),
    ref=texts,
)


@given(receipts)
def test_what_was_signed_is_what_is_read(receipt: Receipt) -> None:
    assert verify(sign(receipt, KEY), KEYS) == receipt


@given(st.data())
def test_a_receipt_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    receipt = sign(RECEIPT, KEY)
    place = data.draw(st.integers(0, len(receipt) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda letter: letter != receipt[place]))
    code_of(receipt[:place] + other + receipt[place + 1 :])


@given(st.text())
def test_text_that_is_no_receipt_is_malformed(text: str) -> None:
    assert code_of(text) == "receipt-malformed"


def test_the_header_names_the_algorithm_and_the_key() -> None:
    header = json.loads(base64.urlsafe_b64decode(sign(RECEIPT, KEY).split(".")[0] + "=="))
    assert header == {"alg": "Ed25519", "kid": KEY["kid"]}


def test_a_time_of_another_zone_is_told_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    receipt = Receipt(**{**RECEIPT.__dict__, "received": NOW.astimezone(berlin)})
    assert verify(sign(receipt, KEY), KEYS).received == NOW


def test_two_keys_of_one_day_have_different_names() -> None:
    assert new_key(NOW)["kid"] != new_key(NOW)["kid"]


def test_published_keys_hold_no_private_part() -> None:
    assert all("d" not in key for key in KEYS["keys"])


def test_a_receipt_of_a_retired_key_stays_good_while_the_key_is_published() -> None:
    receipt = sign(RECEIPT, KEY)
    assert verify(receipt, public_keys([new_key(NOW), KEY])) == RECEIPT


def test_a_receipt_of_a_key_that_is_not_published_is_refused() -> None:
    assert code_of(sign(RECEIPT, KEY), public_keys([new_key(NOW)])) == "unknown-key"


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": [7]}, {"keys": [{"kid": KEY["kid"]}]}])
def test_keys_that_cannot_be_read_are_unknown_keys(keys: dict[str, Any]) -> None:
    assert code_of(sign(RECEIPT, KEY), keys) == "unknown-key"


def test_another_key_under_the_same_name_does_not_verify() -> None:
    other = {**new_key(NOW), "kid": KEY["kid"]}
    assert code_of(sign(RECEIPT, KEY), public_keys([other])) == "bad-signature"


def test_a_receipt_without_a_signature_algorithm_is_refused() -> None:
    _, payload, signature = sign(RECEIPT, KEY).split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": KEY["kid"]}).encode()).rstrip(b"=").decode()
    assert code_of(f"{header}.{payload}.{signature}") == "receipt-malformed"


def test_a_receipt_that_brings_its_own_key_is_still_held_to_the_published_ones() -> None:
    from joserfc import jws
    from joserfc.jwk import OKPKey

    own = new_key(NOW)
    header = {"alg": "Ed25519", "kid": KEY["kid"], "jwk": public_keys([own])["keys"][0]}
    forged = jws.serialize_compact(header, b"{}", OKPKey.import_key(own), algorithms=["Ed25519"])
    assert code_of(forged) == "bad-signature"


@pytest.mark.parametrize(
    "changes",
    [{"size": "10"}, {"size": True}, {"ref": None}, {"received": "yesterday"}, {"received": "2026-11-20T15:24:10"}],
)
def test_signed_claims_that_are_no_receipt_are_malformed(changes: dict[str, Any]) -> None:
    assert code_of(signed_claims(**changes)) == "receipt-malformed"


def test_claims_of_a_later_version_are_ignored() -> None:
    assert verify(signed_claims(pupils=210), KEYS) == RECEIPT


def test_a_kept_receipt_names_its_authority_and_verifies_against_the_file() -> None:
    text = receipt_file(sign(RECEIPT, KEY), RECEIPT.issuer)
    assert json.loads(text)["url"] == RECEIPT.issuer
    assert verify_receipt_file(text, KEYS, io.BytesIO(PLAIN)) == RECEIPT


def test_a_kept_receipt_verifies_without_the_file() -> None:
    assert verify_receipt_file(receipt_file(sign(RECEIPT, KEY), RECEIPT.issuer), KEYS, None) == RECEIPT


@pytest.mark.parametrize("plain", [b"", PLAIN + b"\n", PLAIN[:-1] + b" "])
def test_a_receipt_is_not_for_other_bytes(plain: bytes) -> None:
    with pytest.raises(ReceiptError) as caught:
        verify_receipt_file(receipt_file(sign(RECEIPT, KEY), RECEIPT.issuer), KEYS, io.BytesIO(plain))
    assert caught.value.code == "file-differs"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": 7}', "[" * 100_000, '{"receipt": "a.b"}'])
def test_a_kept_file_that_holds_no_receipt_is_malformed(text: str) -> None:
    with pytest.raises(ReceiptError) as caught:
        verify_receipt_file(text, KEYS, None)
    assert caught.value.code == "receipt-malformed"
