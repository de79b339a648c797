"""The home folder of a site: where its settings, key, database and files lie (DESIGN 11)."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from cryptography.fernet import Fernet


@dataclass(frozen=True)
class Home:
    """One folder per site. Only its owner may read it (0700)."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        return self.folder / "schoolgate.toml"

    @property
    def key_file(self) -> Path:
        return self.folder / "key"

    @property
    def database(self) -> Path:
        return self.folder / "db.sqlite3"

    @property
    def files(self) -> Path:
        """What a site keeps of documents received or sent (`FileStore`)."""
        return self.folder / "files"

    @property
    def spool(self) -> Path:
        """The school's own copies of the files it is checking and sending."""
        return self.folder / "spool"

    @property
    def schemas(self) -> Path:
        """Further schemas that the operator added (a vendor's or an LA's own)."""
        return self.folder / "schemas"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def receipt_keys(self) -> Path:
        """The LAs' public keys as a school fetched them."""
        return self.folder / "receipt-keys"

    @property
    def serving(self) -> Path:
        """Locks of the processes that serve this home's pages."""
        return self.folder / "serving"

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """What nobody else may keep anything in."""
        return self.files, self.spool, self.schemas, self.logs, self.receipt_keys

    def prepare(self) -> None:
        """Make the folders and the key file that are missing; harmless when they are there.

        Raises OSError when the folder cannot be made or written.
        """
        for folder in (self.folder, self.files, self.spool, self.schemas, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.name != "nt":
                # A folder that was there already may be open to others; what lies in it is about children.
                folder.chmod(0o700)
        if not self.key_file.exists():
            # Written aside and linked in place, so that two processes starting at once agree on one key.
            aside = self.folder / f".key-{secrets.token_hex(4)}"
            write_key(aside, new_key())
            try:
                os.link(aside, self.key_file)
            except FileExistsError:
                pass
            finally:
                aside.unlink()

    def keys(self) -> list[str]:
        """The sealing keys, newest first (one a line in the key file)."""
        return [line for line in self.key_file.read_text("ascii").split() if line]


def new_key() -> str:
    """The text of a key file with a key that nobody has."""
    return f"{Fernet.generate_key().decode('ascii')}\n"


def write_key(path: Path, text: str) -> None:
    """Write a key file, durable, that only its owner may read and that is not there yet. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def default_folder(site: str) -> Path:
    """Where a site lives when nobody says otherwise: the platform's data folder for this user."""
    if sys.platform == "win32":
        return Path(platformdirs.site_data_dir("Schoolgate", appauthor=False)) / site
    return Path(platformdirs.user_data_dir("schoolgate")) / site
