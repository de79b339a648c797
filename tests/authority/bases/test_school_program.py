"""The program for schools: put here by the operator, offered to their people."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from schoolgate.authority.bases.models import ProgramPackage
from schoolgate.authority.bases.school_program import PackageRefused, offer_package, packages, withdraw_packages
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("schoolgate.sites.urls_authority")]

SignedIn = Callable[[User], Client]


def release(folder: Path, version: str = "1.2.0", **more: str) -> Path:
    """A zip as `make dist` makes it."""
    file = folder / f"schoolgate-{version}.zip"
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(f"schoolgate-{version}/schoolgate-{version}-py3-none-any.whl", f"wheel of {version}")
        zipped.writestr(f"schoolgate-{version}/install.py", "installer")
        for name, content in more.items():
            zipped.writestr(f"schoolgate-{version}/{name}", content)
    return file


def test_a_release_is_offered_with_its_version_and_digest(tmp_path: Path) -> None:
    file = release(tmp_path)
    package = offer_package(file, by=None)
    assert ProgramPackage.objects.offered() == package
    assert (package.version, package.size) == ("1.2.0", file.stat().st_size)
    assert package.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_last_one_is_offered_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    for version in ("1.2.0", "1.3.0"):
        offer_package(release(tmp_path, version), by=None)
    assert getattr(ProgramPackage.objects.offered(), "version", "") == "1.3.0"


def test_the_same_one_again_changes_nothing(tmp_path: Path) -> None:
    file = release(tmp_path)
    assert offer_package(file, by=None) == offer_package(file, by=None)
    assert AuditEntry.objects.filter(did="school program offered").count() == 1


def test_one_whose_bytes_were_lost_is_put_back_by_the_same_call(tmp_path: Path) -> None:
    file = release(tmp_path)
    packages().remove(offer_package(file, by=None).sha256)
    assert packages().has(offer_package(file, by=None).sha256)


def test_an_offer_is_in_the_audit(tmp_path: Path, administrator: User) -> None:
    package = offer_package(release(tmp_path), by=administrator)
    entry = AuditEntry.objects.get(did="school program offered")
    assert (entry.user, entry.target, package.sha256 in entry.details) == (administrator, package.name, True)


def test_after_a_withdrawal_nothing_is_offered(tmp_path: Path) -> None:
    for version in ("1.2.0", "1.3.0"):
        offer_package(release(tmp_path, version), by=None)
    withdraw_packages(by=None)
    assert ProgramPackage.objects.offered() is None
    assert AuditEntry.objects.filter(did="school program withdrawn").count() == 1


def test_what_was_withdrawn_may_be_offered_again(tmp_path: Path) -> None:
    file = release(tmp_path)
    offer_package(file, by=None)
    withdraw_packages(by=None)
    assert ProgramPackage.objects.offered() is None
    assert offer_package(file, by=None) == ProgramPackage.objects.offered()


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "schoolgate-1.2.0.zip"
    file.write_text("no zip")
    with pytest.raises(PackageRefused, match="is no zip"):
        offer_package(file, by=None)


def test_another_zip_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "minutes.zip"
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("minutes.txt", "of the governors")
    with pytest.raises(PackageRefused, match="Take the zip of a release"):
        offer_package(file, by=None)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    file = release(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"wheel of 1.2.0", b"wheel of 6.6.6"))
    with pytest.raises(PackageRefused, match="is damaged"):
        offer_package(file, by=None)


def test_a_zip_that_the_checksums_beside_it_know_otherwise_is_refused(tmp_path: Path) -> None:
    file = release(tmp_path)
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  {file.name}\n")
    with pytest.raises(PackageRefused, match="is not what SHA256SUMS beside it says"):
        offer_package(file, by=None)


def test_a_zip_that_the_checksums_beside_it_know_is_offered(tmp_path: Path) -> None:
    file = release(tmp_path)
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n")
    assert offer_package(file, by=None).version == "1.2.0"


def test_what_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    file = release(tmp_path, "3.0.0")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  {file.name}\n")
    with pytest.raises(PackageRefused):
        offer_package(file, by=None)
    assert not ProgramPackage.objects.exists()
    assert not packages().has(hashlib.sha256(file.read_bytes()).hexdigest())


def test_an_officer_sees_what_is_offered(tmp_path: Path, officer: User, signed_in: SignedIn) -> None:
    package = offer_package(release(tmp_path), by=None)
    page = signed_in(officer).get("/school-program/").content.decode()
    assert package.sha256 in page
    assert "Download schoolgate-1.2.0.zip" in page


def test_where_nothing_is_offered_an_officer_is_told_how_that_changes(
    db: None, officer: User, signed_in: SignedIn
) -> None:
    page = signed_in(officer).get("/school-program/").content.decode()
    assert "Nothing is offered yet" in page
    assert "Offer it to schools" in page
    assert "schoolgate authority school-package" in page


def test_what_is_downloaded_are_the_bytes_that_were_put_here(
    tmp_path: Path, officer: User, signed_in: SignedIn
) -> None:
    file = release(tmp_path, notes=os.urandom(300_000).hex())
    offer_package(file, by=None)
    answer = signed_in(officer).get("/school-program/file")
    assert b"".join(answer.streaming_content) == file.read_bytes()  # type: ignore[attr-defined]  # a streaming answer
    assert answer["Content-Disposition"] == 'attachment; filename="schoolgate-1.2.0.zip"'
    assert answer["Content-Length"] == str(file.stat().st_size)


def test_after_a_withdrawal_nothing_is_downloaded(tmp_path: Path, officer: User, signed_in: SignedIn) -> None:
    offer_package(release(tmp_path), by=None)
    withdraw_packages(by=None)
    assert signed_in(officer).get("/school-program/file").status_code == 404


def test_a_stranger_is_sent_to_sign_in(tmp_path: Path, stranger: Client) -> None:
    offer_package(release(tmp_path), by=None)
    assert stranger.get("/school-program/file").status_code == 302


def test_a_schools_program_downloads_nothing(tmp_path: Path, exchange_account: User, signed_in: SignedIn) -> None:
    offer_package(release(tmp_path), by=None)
    assert signed_in(exchange_account).get("/school-program/file").status_code == 403
