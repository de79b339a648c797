"""A school's site of this test alone, in the process of the tests."""

from pathlib import Path
from typing import Any

import pytest

from schoolgate.sites.configuration import Configuration, read_configuration
from schoolgate.sites.home import Home


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """Its home; the keys are those that the tests seal with."""
    made = Home(tmp_path / "home")
    made.prepare()
    made.key_file.write_text("\n".join(settings.SCHOOLGATE_KEYS))
    settings.SCHOOLGATE_HOME = made
    settings.SCHOOLGATE_SITE = "school"
    settings.SCHOOLGATE_URL = "http://127.0.0.1:1"
    settings.SCHOOLGATE_DEMO = False
    return made


@pytest.fixture
def configured(settings: Any, home: Home) -> "Configure":
    return Configure(settings, home)


class Configure:
    """Gives the site start-up settings."""

    def __init__(self, settings: Any, home: Home) -> None:
        self._settings = settings
        self._home = home

    def __call__(self, **options: str) -> Configuration:
        configuration = read_configuration(self._home.settings_file, environment={}, options=options)
        self._settings.SCHOOLGATE_CONFIGURATION = configuration
        self._settings.SCHOOLGATE_URL = options.get("url", self._settings.SCHOOLGATE_URL)
        return configuration
