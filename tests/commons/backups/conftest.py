"""A site's home with a few files, and a folder for its backups. What the database is like is tested with a real one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from schoolgate.commons.backups.making import make_backup
from schoolgate.commons.backups.models import Backup
from schoolgate.sites.home import Home

LETTER = "files/ab/letter.xml.gz"
BackUp = Callable[[], Backup]


@pytest.fixture
def home(db: None, tmp_path: Path, settings: Any) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    settings.SCHOOLGATE_HOME = home
    settings.SCHOOLGATE_SITE = "school"
    settings.SCHOOLGATE_KEYS = home.keys()
    settings.SCHOOLGATE_DEMO = False
    (home.folder / LETTER).parent.mkdir()
    (home.folder / LETTER).write_bytes(b"a letter")
    (home.spool / ".incoming-1").write_bytes(b"on its way")
    (home.folder / "password.lock").touch()
    (home.logs / "serve.log").write_bytes(b"a line")
    (home.folder / "schoolgate.toml").write_text("port = 1\n")
    return home


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def back_up(home: Home, place: Path, monkeypatch: pytest.MonkeyPatch) -> BackUp:
    """Make a backup, with a small file in the place of the database."""

    def copy_database(folder: Path) -> Path:
        copied = folder / "db.sqlite3"
        copied.write_bytes(os.urandom(100))
        return copied

    monkeypatch.setattr("schoolgate.commons.backups.making.copy_database", copy_database)
    assert django_settings.SCHOOLGATE_HOME is home
    return lambda: make_backup(place)
