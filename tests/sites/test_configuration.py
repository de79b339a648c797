"""Where a start-up setting comes from."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from schoolgate.sites.base import for_small_rows, mail, sqlite
from schoolgate.sites.configuration import ConfigurationError, read_configuration


def test_an_option_beats_the_environment(tmp_path: Path) -> None:
    found = read_configuration(tmp_path / "none.toml", {"SCHOOLGATE_PORT": "1"}, {"port": "2"})
    assert found.number("port") == 2


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "schoolgate.toml"
    file.write_text("port = 3\n")
    assert read_configuration(file, {"SCHOOLGATE_PORT": "1"}).number("port") == 1


def test_the_file_beats_the_default(tmp_path: Path) -> None:
    file = tmp_path / "schoolgate.toml"
    file.write_text("job_slots = 9\ndemo = true\n")
    found = read_configuration(file, {})
    assert (found.number("job_slots"), found.yes("demo")) == (9, True)


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgres://somewhere/name\n")
    found = read_configuration(tmp_path / "none.toml", {"SCHOOLGATE_DATABASE_URL_FILE": str(secret)})
    assert found.text("database_url") == "postgres://somewhere/name"


def test_each_value_names_its_source(tmp_path: Path) -> None:
    sources = {
        value.setting.name: value.source for value in read_configuration(tmp_path / "n", {"SCHOOLGATE_URL": "x"})
    }
    assert (sources["url"], sources["bind"]) == ("SCHOOLGATE_URL", "default")


@pytest.mark.parametrize("content", ["port = [", "prot = 1"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "schoolgate.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"schoolgate\.toml"):
        read_configuration(file, {})


def test_a_number_that_is_none_is_told_with_its_source(tmp_path: Path) -> None:
    found = read_configuration(tmp_path / "none.toml", {"SCHOOLGATE_PORT": "eighty"})
    with pytest.raises(ConfigurationError, match="SCHOOLGATE_PORT"):
        found.number("port")


def test_a_mail_server_has_its_usual_port_and_needs_a_sender(tmp_path: Path) -> None:
    def told(**environment: str) -> dict[str, Any]:
        variables = {f"SCHOOLGATE_SMTP_{name.upper()}": text for name, text in environment.items()}
        return mail(read_configuration(tmp_path / "schoolgate.toml", variables))

    assert told()["EMAIL_HOST"] == ""
    server = told(host="mail.example", security="tls", **{"from": "post@la.example"})
    assert (server["EMAIL_PORT"], server["EMAIL_USE_SSL"], server["EMAIL_USE_TLS"]) == (465, True, False)
    with pytest.raises(ConfigurationError, match="smtp_from must be the address"):
        told(host="mail.example")
    with pytest.raises(ConfigurationError, match="starttls, tls or none is needed"):
        told(security="ssl3")


@pytest.mark.parametrize(("small", "page_bytes"), [(False, 16_384), (True, 4_096)])
def test_a_new_database_has_pages_as_its_rows_need(tmp_path: Path, small: bool, page_bytes: int) -> None:
    databases = {"default": sqlite(str(tmp_path / "db.sqlite3"))}
    chosen = (for_small_rows(databases) if small else databases)["default"]
    with closing(sqlite3.connect(chosen["NAME"])) as database:
        database.executescript(chosen["OPTIONS"]["init_command"])
        assert database.execute("PRAGMA page_size").fetchone() == (page_bytes,)
