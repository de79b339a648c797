"""A support bundle tells how a site stands, and names nobody and no secret, whatever lies where."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.sites.calls import new_home, schoolgate
from tests.sites.planting import NAME, SECRETS, plant
from tests.sites.upkeep.conftest import Configure

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.sites.home import Home
from schoolgate.sites.upkeep.support import bundle
from schoolgate.sites.upkeep.support.bundle import make_bundle
from schoolgate.sites.upkeep.support.own_words import OwnWords

OTHERS = [
    "QQ123456C",
    "Tr0ub4dor-and-3",
    "sk_live_4f9a",
    "Grace Young",
    "Lilac Lane",
    "01234 567890",
    "jane@home.example",
]
"""Beside the planted name and number: a National Insurance number, a password, a token, and what else is somebody's."""
EVERYTHING = " ".join([*OTHERS, *SECRETS])


@pytest.fixture(scope="module")
def own() -> OwnWords:
    return OwnWords()


@pytest.fixture
def planted(home: Home, configured: Configure, tmp_path: Path) -> None:
    """Names and secrets in every table, start-up setting, preference, log, and in the names of files and folders."""
    plant()
    now = timezone.now()
    JournalLine.objects.create(level="WARN", la="820", school="4321", message=f"{EVERYTHING}.xml: {EVERYTHING}")
    JournalLine.objects.create(level="INFO", message="Test Connection Successful.", details=EVERYTHING)
    Job.objects.create(kind="periodic", args={"name": NAME}, state=State.FAILED, error=EVERYTHING, ended_at=now)
    Job.objects.create(kind=NAME, state=State.FAILED, error=EVERYTHING, progress_text=EVERYTHING)
    WorkerLife.objects.create(name=f"{NAME}-PC", slots=4)
    for name in ("root-folder", "proxy-name", "proxy-user", "proxy-password", "school-name", "la-name"):
        StoredPreference.objects.update_or_create(name=name, defaults={"value": f"/home/{EVERYTHING}"})
    there = f"/home/{NAME}/Grace Young"
    configured(
        url=f"https://{NAME}.example",
        bind="10.1.2.3",
        tls_certificate=there,
        extra_ca_file="",
        smtp_host=f"mail.{NAME}.example",
        smtp_user="jane@home.example",
        smtp_password="Tr0ub4dor-and-3",
        metrics_token="sk_live_4f9a",
        database_url=f"postgres://{NAME}:Tr0ub4dor-and-3@host/{NAME}",
        attainment_root=there,
    )
    (home.logs / f"{NAME}.log").write_text(
        f"2026-11-23 18:30:05,123 ERROR schoolgate.commons.jobs the check {NAME} failed: {EVERYTHING}\n"
        "Traceback (most recent call last):\n"
        f'  File "/home/{NAME}/schoolgate/commons/jobs/engine.py", line 12, in run\n'
        f"    raise ValueError({EVERYTHING!r})\nValueError: {EVERYTHING}\n"
    )
    for folder in (home.files, home.spool, tmp_path):
        (folder / f".incoming-{NAME}").write_text(EVERYTHING)
    home.key_file.chmod(0o644)


@pytest.mark.django_db
@pytest.mark.parametrize("site", ["school", "authority", "supplier"])
def test_nobody_and_no_secret_is_named_in_it(
    site: str, planted: None, own: OwnWords, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SCHOOLGATE_SITE = site
    monkeypatch.setattr(bundle, "OwnWords", lambda: own)
    parts = make_bundle()
    told = "".join(f"{part.name}\n{part.text}" for part in parts).lower()
    keys = [*settings.SCHOOLGATE_KEYS, settings.SECRET_KEY, str(settings.SCHOOLGATE_HOME.folder)]
    words = [word for text in OTHERS for word in (text, *text.split()) if len(word) > 3]
    assert [secret for secret in (*SECRETS, *words, *keys) if secret.lower() in told] == []
    assert {part.name for part in parts} >= {"journal.json", "failures.json", "logs.json", "metrics.txt", "doctor.json"}


@pytest.mark.django_db
def test_what_the_program_itself_said_is_in_it(planted: None, own: OwnWords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "OwnWords", lambda: own)
    parts = {part.name: part.text for part in make_bundle(slow=False)}
    journal = json.loads(parts["journal.json"])
    assert "Test Connection Successful …" in [line["message"] for line in journal]
    assert ("820", "4321") in [(line["la"], line["school"]) for line in journal]
    assert "schoolgate/commons/jobs/engine.py:12 run" in parts["logs.json"]
    assert {"setting": "smtp_password", "value": "(set)", "from": "option"} in json.loads(parts["settings.json"])
    assert ("key-file", "bad") in [(one["check"], one["state"]) for one in json.loads(parts["doctor.json"])]


@pytest.mark.parametrize(
    "name",
    [
        "Mark May",
        "Grace",
        "Will Young",
        "will young.xml",
        "Summer Day",
        "may",
        "Faith Hope",
        "Green Abbey Primary",
        "D820432123017",
    ],
)
def test_a_name_is_left_out_of_a_sentence_of_ours_wherever_it_stands(name: str, own: OwnWords) -> None:
    for sentence in ("{} was sent again.", "The file {} is not there any more.", "Nothing was imported: {}", "{}"):
        kept = own.keep(sentence.format(name)).split()
        assert set(kept) <= set(own.keep(sentence.format("")).split()) | {"…"}


def test_the_command_lists_the_parts_shows_them_and_writes_a_zip_once(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "bundle.zip"
    new_home("school", home)
    call = ["school", "support-bundle", "--quick", "--home", str(home)]
    shown = schoolgate(*call, "--show").stdout
    written = schoolgate(*call, "--yes", "--to", str(target))
    with zipfile.ZipFile(target) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert (written.returncode, len(names)) == (0, 11)
    assert [name for name in names if f"=== {name}" not in shown or name not in written.stdout] == []
    again = schoolgate(*call, "--yes", "--to", str(target))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)


@pytest.mark.django_db
def test_the_page_shows_every_part_before_it_gives_the_zip(
    home: Home, own: OwnWords, administrator: User, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "OwnWords", lambda: own)
    browser = signed_in(administrator)
    page = browser.get(reverse("support-bundle")).content.decode()
    answer = browser.post(reverse("support-bundle"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert [name for name in archive.namelist() if Path(name).name not in page] == []
    assert AuditEntry.objects.filter(did="support bundle made", who=administrator.username).count() == 1
