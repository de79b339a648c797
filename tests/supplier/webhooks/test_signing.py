"""What is sent is signed as Standard Webhooks has it, and the documentation's own check says so."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schoolgate.supplier.webhooks.signing import new_secret, signed_headers

PAGE = Path(__file__).parents[3] / "docs" / "supplier-developer" / "webhooks.md"
BODY = '{"order": "Pencils, £5"}'.encode()
Check = Callable[[str, dict[str, str], bytes], bool]


@pytest.fixture
def is_genuine() -> Check:
    """The Python sample of the documentation."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found.group(1), names)
    check: Check = names["is_genuine"]
    return check


def signed(secret: str, *, at: datetime | None = None) -> dict[str, str]:
    return signed_headers(secret, "5f0c6f0e", at or datetime.now(UTC), BODY)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    # The example of the standard's reference libraries.
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_documented_check_takes_what_we_sign(is_genuine: Check) -> None:
    secret = new_secret()
    assert is_genuine(secret, signed(secret), BODY)


def test_the_documented_check_refuses_another_secret_body_id_and_an_old_message(is_genuine: Check) -> None:
    secret = new_secret()
    genuine = signed(secret)
    old = signed(secret, at=datetime.now(UTC) - timedelta(minutes=6))
    assert not is_genuine(new_secret(), genuine, BODY)
    assert not is_genuine(secret, genuine, BODY + b" ")
    assert not is_genuine(secret, {**genuine, "webhook-id": "another"}, BODY)
    assert not is_genuine(secret, old, BODY)
