"""`schoolgate authority portal`, as an operator calls it."""

import pytest
from tests.sites.calls import new_home, schoolgate, told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with one school."""
    folder = str(tmp_path_factory.mktemp("authority"))
    new_home("authority", folder, "--la", "820")
    account = ("accounts", "add", "--la", "820", "--school", "4321", "--name", "Green Abbey")
    told("authority", *account, "--home", folder)
    return folder


def test_somebody_is_invited_listed_and_removed(home: str) -> None:
    at_home = ("--home", home)
    given = ("--user", "ivy@school.example", "--name", "Ivy Nash", "--email", "ivy@school.example")
    invited = told("authority", "portal", "invite", "8204321", *given, *at_home)
    assert invited["role"] == "school user"
    assert "/set-password/" in invited["link"]
    (listed,) = told("authority", "portal", "people", *at_home)
    assert (listed["school"], listed["name"], listed["state"]) == ("Green Abbey", "Ivy Nash", "invited")
    assert told("authority", "portal", "people", "8204321", *at_home) == [listed]
    removed = told("authority", "portal", "remove", "8204321", "--user", "IVY@school.example", *at_home)
    assert removed["state"] == "switched off"
    assert told("authority", "portal", "people", *at_home) == []


def test_a_password_is_made_for_new_people_only(home: str) -> None:
    words = ("authority", "portal", "invite", "8204321", "--user", "sam", "--with-password", "--home", home)
    made = told(*words)
    assert made["password"]
    assert made["link"] == ""
    refused = schoolgate(*words)
    assert refused.returncode == 1
    assert "who keeps the password" in refused.stderr


def test_a_user_name_that_cannot_be_one_is_told(home: str) -> None:
    refused = schoolgate("authority", "portal", "invite", "8204321", "--user", "ivy nash", "--home", home)
    assert refused.returncode == 1
    assert "letters, digits" in refused.stderr


def test_nobody_removes_who_is_not_there(home: str) -> None:
    refused = schoolgate("authority", "portal", "remove", "8204321", "--user", "nobody", "--home", home)
    assert refused.returncode == 1
    assert "none of the people of Green Abbey" in refused.stderr


def test_school_users_are_not_added_without_a_school(home: str) -> None:
    refused = schoolgate("authority", "users", "add", "ivy", "--role", "school user", "--home", home)
    assert refused.returncode == 2
    assert "on the page of the school" in refused.stderr
