"""Make what is given away of one commit: the same commit gives the same bytes.

What is built is what is committed, never what lies about in a working copy. Times in the files are the commit's.
"""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

SUMS = "SHA256SUMS"
IN_THE_ZIP = {
    "requirements/base.txt": "requirements.txt",
    "requirements/postgres.txt": "requirements-postgres.txt",
    "requirements/tray.txt": "requirements-tray.txt",
    "release/install.py": "install.py",
    "release/install.sh": "install.sh",
    "release/install.cmd": "install.cmd",
    "release/INSTALL.txt": "INSTALL.txt",
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE",
}
"""What the zip has beside the wheel: where it lies in the repository, and its name in the zip."""
RUN = 0o100755
READ = 0o100644


class NotMade(Exception):
    """What was wanted could not be made; the message says why."""


def make(repository: Path, folder: Path, commit: str = "HEAD") -> list[Path]:
    """The wheel, the zip and SHA256SUMS of a commit, made in `folder`, which is made where it is missing.

    Each of them has its final name only when it is whole. Raises NotMade.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seconds = int(_git(repository, "show", "-s", "--format=%ct", commit))
    with tempfile.TemporaryDirectory(prefix="schoolgate-dist-") as temporary:
        source, made = Path(temporary, "source"), Path(temporary, "made")
        with tarfile.open(fileobj=io.BytesIO(_git(repository, "archive", "--format=tar", commit))) as archive:
            archive.extractall(source, filter="data")
        wheel = _build_wheel(source, made, seconds)
        zipped = _zip(source, wheel, made, seconds)
        sums = made / SUMS
        sums.write_bytes(b"".join(f"{_sha256(path)}  {path.name}\n".encode("ascii") for path in (wheel, zipped)))
        return [_put(path, folder) for path in (wheel, zipped, sums)]


def _build_wheel(source: Path, made: Path, seconds: int) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(made)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(seconds)}
    built = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    wheels = list(made.glob("*.whl"))
    if built.returncode or len(wheels) != 1:
        raise NotMade(f"The wheel was not built: {built.stderr.strip() or built.stdout.strip()}")
    return wheels[0]


def _zip(source: Path, wheel: Path, made: Path, seconds: int) -> Path:
    """Stored, not compressed: the wheel is compressed already, and no two releases of zlib pack alike."""
    when = datetime.fromtimestamp(seconds, UTC).timetuple()[:6]
    path = made / f"{'-'.join(wheel.name.split('-')[:2])}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zipped:
        for file, name in sorted([(wheel, wheel.name), *((source / here, name) for here, name in IN_THE_ZIP.items())]):
            entry = zipfile.ZipInfo(f"{path.stem}/{name}", when)
            entry.create_system = 3  # Unix, wherever it is made: only so does it have modes
            entry.external_attr = (RUN if name == "install.sh" else READ) << 16
            content = file.read_bytes()
            # Windows reads batch files and plain texts by its own line ends.
            zipped.writestr(entry, content.replace(b"\n", b"\r\n") if name.endswith((".cmd", ".txt")) else content)
    return path


def _put(path: Path, folder: Path) -> Path:
    final = folder / path.name
    aside = folder / f".{path.name}.making"
    aside.write_bytes(path.read_bytes())
    return aside.replace(final)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(repository: Path, *words: str) -> bytes:
    answer = subprocess.run(["git", *words], cwd=repository, capture_output=True, check=False)
    if answer.returncode:
        raise NotMade(f"git {words[0]} failed: {answer.stderr.decode(errors='replace').strip()}")
    return answer.stdout
