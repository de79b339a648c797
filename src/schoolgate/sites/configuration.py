"""Start-up settings: option, then environment, then `schoolgate.toml`, then default (DESIGN 11).

What people change on screens are preferences and live in the database; only what a site needs
before it can open its database stands here.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ConfigurationError(Exception):
    """A start-up setting that cannot be used; the message names it, its source and what would do."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str
    secret: bool = False

    @property
    def variable(self) -> str:
        return "SCHOOLGATE_" + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("database_url", "", "PostgreSQL as postgres://user:password@host/name; empty: SQLite in the home", True),
    Setting("bind", "127.0.0.1", "address the site listens on"),
    Setting("port", "0", "port the site listens on; 0: the site's own (8320 school, 8321 authority, 8322 supplier)"),
    Setting("url", "", "address people and programs call the site by; empty: http://BIND:PORT"),
    Setting("tls_certificate", "", "certificate (PEM) when the site itself speaks TLS; else a proxy before it does"),
    Setting("tls_key", "", "the certificate's private key (PEM)"),
    Setting("trusted_proxies", "", "addresses of proxies whose X-Forwarded-* headers are believed, with commas"),
    Setting("web_threads", "64", "requests served at once; slow uploads hold a thread each"),
    Setting("job_slots", "4", "jobs worked on at once"),
    Setting("extra_ca_file", "", "certificates (PEM) trusted beside the operating system's"),
    Setting("max_file_mib", "512", "largest file taken, in MiB of plain XML"),
    Setting("smtp_host", "", "mail server by which people are told of alerts; empty: nobody is mailed"),
    Setting("smtp_port", "0", "its port; 0: the usual one (587 starttls, 465 tls, 25 none)"),
    Setting("smtp_security", "starttls", "starttls, tls, or none for a server on this machine or its own network"),
    Setting("smtp_user", "", "user name at the mail server, if it asks for one"),
    Setting("smtp_password", "", "the password that goes with it", True),
    Setting("smtp_from", "", "address that mails come from; needed with smtp_host"),
    Setting("attainment_root", "", "folder below which an authority reads attainment files; empty: it reads none"),
    Setting("service_path", "/Service.asmx", "path of the SOAP service on a supplier site"),
    Setting("private_webhooks", "no", "yes: webhooks may go to private addresses and to this machine"),
    Setting("metrics_token", "", "token by which Prometheus may read /metrics; empty: nobody may", True),
    Setting("demo", "no", "yes: sample LA numbers are legal and the pages say that this is a demonstration"),
    Setting("debug", "no", "yes: error pages show the program; never on a site others can reach"),
)


@dataclass(frozen=True)
class Value:
    setting: Setting
    text: str
    source: str


class Configuration:
    """All start-up settings of one site, each with where it came from."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __iter__(self) -> Any:
        return iter(self._values.values())

    def text(self, name: str) -> str:
        return self._values[name].text

    def number(self, name: str) -> int:
        value = self._values[name]
        try:
            return int(value.text)
        except ValueError:
            raise ConfigurationError(f"{name} ({value.source}) is '{value.text}': a whole number is needed.") from None

    def yes(self, name: str) -> bool:
        value = self._values[name]
        if value.text.lower() in {"yes", "true", "1", "on"}:
            return True
        if value.text.lower() in {"no", "false", "0", "off", ""}:
            return False
        raise ConfigurationError(f"{name} ({value.source}) is '{value.text}': yes or no is needed.")

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name).split(",") if item.strip()]


def read_configuration(
    settings_file: Path, environment: Mapping[str, str] = os.environ, options: Mapping[str, str] | None = None
) -> Configuration:
    """Find each setting's value and its source.

    Raises ConfigurationError for a file that is not TOML, an unknown name in it, or a `_FILE` that cannot be read.
    """
    options = options or {}
    from_file = _read_file(settings_file)
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        variable = setting.variable
        if setting.name in options:
            text, source = options[setting.name], "option"
        elif variable in environment:
            text, source = environment[variable], variable
        elif variable + "_FILE" in environment:
            path = Path(environment[variable + "_FILE"])
            try:
                text, source = path.read_text("utf-8").strip(), f"{variable}_FILE"
            except OSError as error:
                raise ConfigurationError(f"{variable}_FILE: {path} cannot be read ({error.strerror}).") from None
        elif setting.name in from_file:
            text, source = from_file[setting.name], settings_file.name
        else:
            text, source = setting.default, "default"
        values[setting.name] = Value(setting, text, source)
    return Configuration(values)


def _read_file(settings_file: Path) -> dict[str, str]:
    if not settings_file.exists():
        return {}
    try:
        content = tomllib.loads(settings_file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{settings_file.name} cannot be read: {error}") from None
    unknown = set(content) - {setting.name for setting in SETTINGS}
    if unknown:
        raise ConfigurationError(f"{settings_file.name} has unknown settings: {', '.join(sorted(unknown))}.")
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value) for name, value in content.items()
    }
