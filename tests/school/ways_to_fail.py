"""Every way a Test Connection can fail, each brought about by a real server, socket or proxy."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.school.scripted_la import ScriptedLa
from tests.squid import Squid
from tests.tls import DAY, CertificateAuthority
from tests.wire.conftest import RawServer, answer

from schoolgate.commons.line_out import PROXY_NAME, PROXY_PASSWORD, PROXY_USE, PROXY_USER, TLS_MINIMUM
from schoolgate.school.exchange.models import Destination, School
from schoolgate.sites.configuration import read_configuration


@dataclass
class Line:
    """The way from Green Abbey to LA 820, to be broken: `squid` starts the real proxy, `folder` is for certificates."""

    la: ScriptedLa
    school: School
    folder: Path
    settings: Any
    squid: Callable[[], Squid]
    started: ExitStack = field(default_factory=ExitStack)

    def at(self, address: str) -> None:
        """Say that the LA is at this address."""
        Destination.objects.update(address=address)

    def serve(self, server: RawServer) -> RawServer:
        threading.Thread(target=server.run, daemon=True).start()
        self.started.callback(_close, server.listener)
        return server

    def trusted(self) -> CertificateAuthority:
        """An authority for certificates that this site trusts, by its extra CA file."""
        authority = CertificateAuthority.make(self.folder, "Schoolgate Test CA")
        self.settings.SCHOOLGATE_CONFIGURATION = read_configuration(
            self.folder / "none", {}, {"extra_ca_file": str(authority.file)}
        )
        return authority

    def secured(self, context: ssl.SSLContext, host: str = "127.0.0.1") -> None:
        """Put the LA behind TLS."""
        self.at(self.serve(RawServer(self.la.handle, tls=context, host=host)).address)

    def through(self, name: str, user: str = "green-abbey", password: str = "Proxy-Lantern-7") -> None:
        """Use this proxy."""
        PROXY_NAME.set(name, by=None)
        PROXY_USER.set(user, by=None)
        PROXY_PASSWORD.set(password, by=None)
        PROXY_USE.set(True, by=None)

    def proxy_answering(self, raw: bytes) -> None:
        self.at("https://exchange.bedford.invalid")
        self.through(self.serve(RawServer(lambda *_: raw)).address)


def _close(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def problem(status: int, code: str) -> bytes:
    return answer(status, {"code": code, "status": status}, media="application/problem+json")


def _no_entry(line: Line) -> None:
    Destination.objects.all().delete()


def _no_credentials(line: Line) -> None:
    Destination.objects.update(user="", password="")


def _certificate_of_a_filter(line: Line) -> None:
    filter_ca = CertificateAuthority.make(line.folder, "Filter Inspection CA", "Green Abbey Network")
    line.secured(filter_ca.serving("127.0.0.1"))


def _only_tls_1_2(line: Line) -> None:
    line.secured(line.trusted().serving("127.0.0.1", newest=ssl.TLSVersion.TLSv1_2))
    TLS_MINIMUM.set("1.3", by=None)


def _squid_with_a_wrong_password(line: Line) -> None:
    line.at("https://exchange.bedford.invalid")
    line.through(line.squid().name, password="not it")


def _squid_that_forbids(line: Line) -> None:
    line.at("https://forbidden.invalid")
    line.through(line.squid().name)


def _squid_that_finds_nothing(line: Line) -> None:
    line.at(f"https://127.0.0.1:{free_port()}")
    line.through(line.squid().name)


def _our_clock_slow(line: Line) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=7)
    line.la.service = {"clock": ahead.isoformat()}
    line.la.service_headers = {"Date": format_datetime(ahead, usegmt=True)}


def _their_clock_fast(line: Line) -> None:
    now = datetime.now(UTC)
    line.la.service = {"clock": (now + timedelta(days=3)).isoformat()}
    line.la.service_headers = {"Date": format_datetime(now, usegmt=True)}


def _school_of_another_la(line: Line) -> None:
    School.objects.update(la="823")
    line.la.bases = [{"la": "823", "school": "4321", "licence": None}]


def _no_tls(line: Line) -> None:
    """A server that takes the first byte for plain HTTP, as many do."""
    listener = socket.create_server(("127.0.0.1", 0))
    line.started.callback(_close, listener)

    def greet() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                while connection.recv(65_536):
                    pass

    threading.Thread(target=greet, daemon=True).start()
    line.at(f"https://127.0.0.1:{listener.getsockname()[1]}")


def _proxy_without_room(line: Line) -> None:
    """A proxy whose queue of connections is full, so that ours is never made."""
    full = line.started.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(2):
        waiting = line.started.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(full.getsockname())
    line.through(f"127.0.0.1:{full.getsockname()[1]}")


def _set(**values: Any) -> Callable[[Line], None]:
    """The LA answers with these."""

    def prepare(line: Line) -> None:
        for name, value in values.items():
            setattr(line.la, name, value)

    return prepare


def _at(address: str) -> Callable[[Line], None]:
    return lambda line: line.at(address)


def _behind(**certificate: Any) -> Callable[[Line], None]:
    """A certificate of a trusted authority with something wrong."""

    def prepare(line: Line) -> None:
        host = certificate.get("host", "127.0.0.1")
        names = certificate.get("names", [host])
        days = {name: value for name, value in certificate.items() if name in {"begins", "ends"}}
        line.secured(line.trusted().serving(*names, **days), host)

    return prepare


@dataclass(frozen=True)
class Way:
    """`step` is the one that fails; `sentence` how the message begins, as nobody else's does."""

    prepare: Callable[[Line], None]
    step: int
    sentence: str


WAYS: dict[str, Way] = {
    "no entry": Way(_no_entry, 1, "There is no entry for LA 820."),
    "plain http": Way(_at("http://exchange.bedford.invalid"), 1, "The address must begin with https://; http:// is"),
    "no address": Way(_at("nonsense"), 1, "The address must begin with https:// and name a computer."),
    "name not found": Way(_at("https://nothing-here.invalid"), 2, "The LA's address was not found."),
    "refused": Way(lambda line: line.at(f"http://127.0.0.1:{free_port()}"), 2, "The LA's computer does not take"),
    "silent": Way(lambda line: line.at(_silent(line)), 2, "The LA's computer does not answer."),
    "broken line": Way(
        lambda line: line.at(line.serve(RawServer(lambda *_: None)).address), 2, "The line to the LA broke"
    ),
    "inspecting filter": Way(
        _certificate_of_a_filter,
        2,
        "The LA's certificate is not trusted, so nothing was sent. "
        "Issued by: Filter Inspection CA, Green Abbey Network.",
    ),
    "certificate expired": Way(
        _behind(begins=-5 * DAY, ends=-2 * DAY), 2, "The certificate at the LA's address has run out, so nothing was"
    ),
    "certificate not yet": Way(
        _behind(begins=2 * DAY, ends=5 * DAY), 2, "The certificate at the LA's address is not valid yet"
    ),
    "certificate for another name": Way(
        _behind(host="localhost", names=["other.example"]),
        2,
        "The certificate at the LA's address is for another name, so nothing was sent. "
        "Issued by: Schoolgate Test CA. It is for: other.example.",
    ),
    "tls version": Way(_only_tls_1_2, 2, "The LA's computer and this one have no security protocol (TLS version)"),
    "no tls": Way(_no_tls, 2, "No secure line (TLS) to the LA's address"),
    "password wanted": Way(
        _set(service_raw=answer(407, "", Proxy_Authenticate='Basic realm="x"')),
        2,
        "Your proxy asks for a user name and password",
    ),
    "squid, wrong password": Way(
        _squid_with_a_wrong_password, 2, "Your proxy does not accept the Proxy User Name and Proxy Password"
    ),
    "squid, forbidden": Way(_squid_that_forbids, 2, "Your proxy does not allow the LA's address."),
    "squid, no connection": Way(_squid_that_finds_nothing, 2, "Your proxy did not make the connection to the LA."),
    "windows login": Way(
        lambda line: line.proxy_answering(answer(407, "", Proxy_Authenticate="NTLM")),
        2,
        "Your proxy takes a Windows login only (NTLM)",
    ),
    "proxy not found": Way(lambda line: line.through("nothing-here.invalid"), 2, "Your proxy's name was not found."),
    "proxy refused": Way(
        lambda line: line.through(f"127.0.0.1:{free_port()}"), 2, "Your proxy does not take the connection."
    ),
    "proxy silent": Way(_proxy_without_room, 2, "Your proxy does not answer."),
    "another page": Way(
        _set(service_raw=answer(200, "<html>Sign in to the internet</html>", media="text/html")),
        3,
        "Something answered, but not the LA's exchange service.",
    ),
    "other la": Way(_set(service={"la": "823"}), 3, "At this address is the service of LA 823, not of LA 820."),
    "service too old": Way(_set(service={"versions": ["v0"]}), 3, "The LA's service is too old for this program."),
    "program too old": Way(_set(service={"versions": ["v2"]}), 3, "The LA's service needs a newer version of this"),
    "maintenance": Way(
        _set(service={"maintenance_until": "2999-11-25T20:00:00Z"}),
        3,
        "The LA's service is closed for maintenance until Mon 25 Nov 2999 20:00.",
    ),
    "busy": Way(_set(service_raw=problem(503, "busy")), 3, "The LA's service is busy or has a fault just now."),
    "our clock": Way(_our_clock_slow, 3, "The clock of this computer is probably 7 minutes slow."),
    "their clock": Way(_their_clock_fast, 3, "The clock of the LA's computer is probably 3 days fast."),
    "wrong password": Way(_set(password="Another-2026!"), 4, "User Name or Password is invalid."),
    "password expired": Way(_set(sign_in=problem(401, "password-expired")), 4, "The password for the LA has expired."),
    "locked": Way(_set(sign_in=problem(429, "locked")), 4, "The LA has locked the account for a while"),
    "no credentials": Way(
        _no_credentials,
        4,
        "There is no user name and password to sign in to the LA with.",
    ),
    "not licensed": Way(
        _set(sign_in=problem(403, "no-licence")), 5, "The LA has no licence to take files from this school."
    ),
    "not licensed out of county": Way(
        _school_of_another_la,
        5,
        "The LA has no licence to take files from schools of other LAs.",
    ),
    "not for this school": Way(
        _set(bases=[{"la": "820", "school": "2107", "licence": "standard"}]),
        5,
        "The LA's account may not send for this school.",
    ),
    "for no school": Way(_set(bases=[]), 5, "The LA's account is for no school yet."),
}


SILENT = {"silent", "proxy silent"}
"""The ways whose failure is that nobody answers in time."""


def _silent(line: Line) -> str:
    """A server that takes the connection and says nothing."""
    listener = line.started.enter_context(socket.create_server(("127.0.0.1", 0)))
    return f"http://127.0.0.1:{listener.getsockname()[1]}"
