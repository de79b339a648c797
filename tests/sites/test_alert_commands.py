"""`schoolgate authority alerts` and `reports`, as an operator calls them."""

from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told
from tests.smtp import Inbox, listening


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with an administrator, a school that has sent nothing, and a mail server's address."""
    home = tmp_path_factory.mktemp("authority")
    with listening(Inbox()) as inbox:
        port = inbox.port
    text = f'smtp_host = "127.0.0.1"\nsmtp_port = {port}\nsmtp_security = "none"\nsmtp_from = "post@la.example"\n'
    (home / "schoolgate.toml").write_text(text, "utf-8")
    new_home("authority", home, "--la", "820")
    user = ["users", "add", "ada", "--role", "administrator", "--email", "ada@la.example"]
    told("authority", *user, "--home", str(home))
    told("authority", "accounts", "add", "--la", "820", "--school", "4321", "--home", str(home))
    return str(home)


def port_of(home: str) -> int:
    line = Path(home, "schoolgate.toml").read_text("utf-8").splitlines()[1]
    return int(line.rpartition(" ")[2])


def test_a_test_mail_is_sent_and_a_server_that_is_gone_is_told(authority: str) -> None:
    words = ["authority", "alerts", "test", "--to", "you@la.example", "--home", authority]
    gone = schoolgate(*words)
    assert (gone.returncode, "cannot be reached (Connection refused)" in gone.stderr) == (1, True)
    with listening(Inbox(port=port_of(authority))) as inbox:
        sent = schoolgate(*words)
    assert (sent.returncode, inbox.recipients) == (0, ["you@la.example"]), sent.stderr
    assert "took the mail for you@la.example." in sent.stdout


def test_an_address_that_is_none_is_a_wrong_call(authority: str) -> None:
    assert schoolgate("authority", "alerts", "test", "--to", "you", "--home", authority).returncode == 2


def test_who_is_told_what_is_listed(authority: str) -> None:
    rows = told("authority", "alerts", "--home", authority)
    assert {row["alert"]: row["state"] for row in rows}["daily-summary"] == "on"
    assert {row["to"] for row in rows} == {"ada@la.example"}


def test_reports_are_listed_and_told(authority: str) -> None:
    names = [row["name"] for row in told("authority", "reports", "--home", authority)]
    assert names == ["rejected-values", "unmatched", "open-conflicts", "files-received", "silent-bases"]
    (row,) = told("authority", "reports", "files-received", "--base", "8204321", "--home", authority)
    assert (row["dfe_no"], row["files"], row["last_received"]) == ("8204321", 0, None)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["moon-phases"], 2), (["silent-bases", "--from", "2026-11-19"], 2), (["unmatched", "--base", "8209999"], 1)],
)
def test_what_a_report_cannot_be_asked_is_told(authority: str, words: list[str], code: int) -> None:
    assert schoolgate("authority", "reports", *words, "--home", authority).returncode == code
