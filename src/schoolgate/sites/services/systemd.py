"""systemd's service: a unit that starts with the machine, and again whenever the site ends (systemd.service(5))."""

import shutil
from pathlib import Path

from schoolgate.sites.services.running import Service, ServiceRefused, run

NAME = "schoolgate-school.service"
FOLDER = Path("/etc/systemd/system")
RUNNING = Path("/run/systemd/system")
"""Is there where systemd runs the machine (sd_booted(3))."""

STOP_SECONDS = 60
"""A site that is asked to end finishes what it is at within 20 seconds; kill -9 after that loses nothing either."""


def text(service: Service) -> str:
    """The unit."""
    command = " ".join(_word(word) for word in (str(service.python), *service.words))
    return f"""[Unit]
Description=Schoolgate, the school's site
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
User={service.user}
ExecStart={command}
Restart=always
RestartSec=10
TimeoutStopSec={STOP_SECONDS}
UMask=0077
NoNewPrivileges=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""


def is_installed(home: Path) -> bool:
    """Whether the unit is there and is of this home."""
    try:
        return _word(str(home)) in (FOLDER / NAME).read_text("utf-8")
    except OSError:
        return False


def install(service: Service) -> list[str]:
    """Write the unit, hand the home to its user, start it now and at each start. Raises ServiceRefused."""
    if not RUNNING.is_dir():
        raise ServiceRefused(
            "This machine is not run by systemd. Have its own system start the site: install-service --print shows "
            "the command, the user and what to do when it ends."
        )
    if service.user == "root":
        raise ServiceRefused("The site needs no rights of root's. Say with --user who it runs as.")
    try:
        done = _hand_over(service)
        (FOLDER / NAME).write_text(text(service), "utf-8")
    except PermissionError as error:
        raise ServiceRefused(f"{error.filename} cannot be written. Run this as root, for example with sudo.") from None
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", NAME)
    run("systemctl", "restart", NAME)
    return [*done, f"{NAME} runs as {service.user}, and starts with the machine.", f"Its words: journalctl -u {NAME}"]


def uninstall() -> list[str]:
    """Stop the site and remove the unit. Raises ServiceRefused."""
    unit = FOLDER / NAME
    if not unit.exists():
        raise ServiceRefused(f"There is no {NAME} on this machine.")
    run("systemctl", "disable", "--now", NAME)
    try:
        unit.unlink()
    except PermissionError:
        raise ServiceRefused(f"{unit} cannot be removed. Run this as root, for example with sudo.") from None
    run("systemctl", "daemon-reload")
    return [f"{NAME} has ended and starts no more."]


def _hand_over(service: Service) -> list[str]:
    """Give the home to the service's user, since only its owner may read it."""
    if service.home.owner() == service.user:
        return []
    try:
        for path in (service.home, *service.home.rglob("*")):
            shutil.chown(path, user=service.user)
    except LookupError:
        raise ServiceRefused(
            f"There is no user {service.user} here. Make one: useradd --system {service.user}"
        ) from None
    except PermissionError:
        raise ServiceRefused(
            f"{service.home} belongs to {service.home.owner()}. Run this as root to give it to {service.user}."
        ) from None
    return [f"{service.home} belongs to {service.user} now. Let it write the root folder, too."]


def _word(text: str) -> str:
    """A word of ExecStart=: quoted, and nothing in it means anything but itself."""
    for sign, meant in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        text = text.replace(sign, meant)
    return f'"{text}"'
