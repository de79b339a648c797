"""`schoolgate supplier webhooks`, as an operator calls it."""

import os
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told


def test_an_address_is_added_pinged_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SCHOOLGATE_PRIVATE_WEBHOOKS", "yes")
    at_home = ("--home", str(tmp_path / "home"))
    new_home("supplier", tmp_path / "home", "--name", "Riverside", "--duns", "123456789")
    refused = schoolgate("supplier", "webhooks", "add", "http://169.254.169.254/", *at_home)
    assert refused.returncode == 1
    added = told("supplier", "webhooks", "add", "https://127.0.0.1:1/orders", *at_home)
    assert added["secret"].startswith("whsec_")
    number = str(added["number"])
    assert schoolgate("supplier", "webhooks", "ping", number, *at_home).returncode == 0
    (delivery,) = told("supplier", "webhooks", "deliveries", *at_home)
    assert (delivery["event"], delivery["state"]) == ("ping", "waiting")
    assert schoolgate("supplier", "webhooks", "replay", str(delivery["number"]), *at_home).returncode == 1
    assert schoolgate("supplier", "webhooks", "go-on", number, *at_home).returncode == 1
    assert schoolgate("supplier", "webhooks", "remove", number, *at_home).returncode == 0
    assert told("supplier", "webhooks", "list", *at_home) == []
