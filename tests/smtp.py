"""A real SMTP server for tests (RFC 5321, as far as a mail goes): AUTH PLAIN, STARTTLS, and refusals on demand."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Inbox:
    """What the server does, and what it took. `refused` answers an address, `busy` answers every mail's end.

    With `tls` it offers STARTTLS; `from_the_start`: it speaks nothing but TLS. `hangs_up`: "before" it takes a mail's
    text, or "after" it has taken it, without an answer.
    """

    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    busy: str = ""
    hangs_up: str = ""
    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    @property
    def last(self) -> EmailMessage:
        return self.taken[-1]

    @property
    def last_text(self) -> str:
        return str(self.last.get_content())


class _Conversation(socketserver.StreamRequestHandler):
    """One client's lines and our answers."""

    def setup(self) -> None:
        self.inbox: Inbox = self.server.inbox  # type: ignore[attr-defined]
        self.known, self.secure, self.to = not self.inbox.user, self.inbox.from_the_start, ""
        if self.secure and self.inbox.tls:
            self.request = self.inbox.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.say("220 mail.example ready")
        while line := self.rfile.readline():
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self.say("221 good bye")
                return
            answer = getattr(self, f"do_{verb.lower()}", None)
            self.say(answer(rest) if answer else "502 not known here")

    def finish(self) -> None:
        super().finish()
        # The server closes the socket that it knows, which is not the encrypted one.
        self.connection.close()

    def say(self, text: str) -> None:
        if text:
            self.wfile.write(text.replace("\n", "\r\n").encode() + b"\r\n")

    def do_ehlo(self, _: str) -> str:
        offered = ["mail.example"]
        offered += ["STARTTLS"] if self.inbox.tls and not self.secure else []
        offered += ["AUTH PLAIN"] if self.inbox.user else []
        return "\n".join([*(f"250-{one}" for one in offered[:-1]), f"250 {offered[-1]}"])

    def do_starttls(self, _: str) -> str:
        assert self.inbox.tls is not None
        self.say("220 go on")
        self.connection = self.inbox.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.secure = True
        return ""

    def do_auth(self, rest: str) -> str:
        _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
        self.known = (user, password) == (self.inbox.user, self.inbox.password)
        return "235 welcome" if self.known else "535 5.7.8 Username and Password not accepted"

    def do_mail(self, _: str) -> str:
        return "250 ok" if self.known else "530 sign in first"

    def do_rcpt(self, rest: str) -> str:
        self.to = rest.partition("<")[2].partition(">")[0]
        return self.inbox.refused.get(self.to, "250 ok")

    def do_data(self, _: str) -> str:
        if self.inbox.hangs_up == "before":
            raise ConnectionAbortedError
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.inbox.busy:
            return self.inbox.busy
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        self.inbox.taken.append(message)
        self.inbox.recipients.append(self.to)
        self.inbox.encrypted.append(self.secure)
        if self.inbox.hangs_up == "after":
            raise ConnectionAbortedError
        return "250 taken"

    def do_rset(self, _: str) -> str:
        return "250 ok"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up."""


@contextmanager
def listening(inbox: Inbox) -> Iterator[Inbox]:
    """The server on a port of 127.0.0.1, the same again when the inbox had one."""
    with _Server(("127.0.0.1", inbox.port), _Conversation) as server:
        server.inbox = inbox  # type: ignore[attr-defined]
        inbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield inbox
        finally:
            server.shutdown()
            thread.join()
