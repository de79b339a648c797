"""The program for schools, which this authority offers them: put here by the operator, downloaded by their people."""

import hashlib
import re
import zipfile
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from schoolgate.authority.bases.models import ProgramPackage
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import FileStore, NoSpace

SUMS = "SHA256SUMS"
AT_A_TIME = 1024 * 1024


class PackageRefused(Exception):
    """This file is not offered to schools; the message says why and what would do."""


def packages() -> FileStore:
    """Where the packages lie, each under its digest."""
    return FileStore(settings.SCHOOLGATE_HOME.folder / "school-program")


def offer_package(file: Path, *, by: User | None) -> ProgramPackage:
    """Offer a zip that `make dist` made, in the place of the one before; the same one again changes nothing.

    Raises PackageRefused where it is none, is damaged, or has another digest than the SHA256SUMS beside it says.
    """
    try:
        version = _version_in(file)
        digest = _digest(file)
        _compare(file, digest)
        before = ProgramPackage.objects.offered()
        if before is not None and before.sha256 == digest and packages().has(digest):
            return before
        with packages().incoming() as incoming, file.open("rb") as content:
            while chunk := content.read(AT_A_TIME):
                incoming.write(chunk)
            stored = incoming.keep()
    except NoSpace as error:
        raise PackageRefused(str(error)) from None
    except OSError as error:
        raise PackageRefused(f"{file} cannot be read or kept: {error.strerror or error}.") from None
    if stored.sha256 != digest:
        raise PackageRefused(f"{file} changed while it was read. Copy it here whole, then try again.")
    with transaction.atomic():
        package = ProgramPackage.objects.create(
            version=version, name=file.name, sha256=stored.sha256, size=stored.size, added_by=by
        )
        record("school program offered", by=by, target=package.name, details=f"SHA-256 {package.sha256}")
    return package


@transaction.atomic
def withdraw_packages(*, by: User | None) -> int:
    """Offer nothing from now on; how many packages were still to be had."""
    withdrawn = ProgramPackage.objects.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    if withdrawn:
        record("school program withdrawn", by=by)
    return withdrawn


def _version_in(file: Path) -> str:
    """The version of the wheel that the zip holds."""
    if not zipfile.is_zipfile(file):
        raise PackageRefused(f"{file} is no zip. What schools install is the schoolgate-….zip of a release.")
    with zipfile.ZipFile(file) as zipped:
        names = zipped.namelist()
        damaged = zipped.testzip()
    found = {match[2] for name in names if (match := re.fullmatch(r"([^/]+)/schoolgate-([^-/]+)-py3-[^/]+\.whl", name))}
    if len(found) != 1 or not any(name.endswith("/install.py") for name in names):
        raise PackageRefused(f"{file} holds no program that a school could install. Take the zip of a release.")
    if damaged is not None:
        raise PackageRefused(f"{file} is damaged at {damaged}. Download it again.")
    return found.pop()


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _compare(file: Path, digest: str) -> None:
    """Raise PackageRefused where the checksums beside the file know it by another digest."""
    sums = file.parent / SUMS
    if not sums.is_file():
        return
    for line in sums.read_text("utf-8", errors="replace").splitlines():
        told, _, name = line.partition("  ")
        if name.strip() == file.name and told.lower() != digest:
            raise PackageRefused(f"{file} is not what {SUMS} beside it says. Download both again.")
