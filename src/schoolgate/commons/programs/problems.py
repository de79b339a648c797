"""Refusals as RFC 9457 has them, each with a stable code, in a table of each API. Texts quote nothing that was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from django.http import JsonResponse
from django.utils import timezone

BUSY_SECONDS = 30
NO_SPACE_SECONDS = 600


@dataclass(frozen=True)
class Refusal:
    """A kind of refusal: HTTP status, a title for programs' logs and a sentence that says what to do next."""

    status: int
    title: str
    detail: str


class Problem(Exception):
    """A call that is refused. `headers` and `members` go into the answer beside what the code itself says.

    An API's own subclass says which codes there are. The door itself needs of them: bad-request, malformed-request,
    unknown-address, method-not-allowed, length-required, media-type, locked, internal-error, busy and no-space.
    """

    table: ClassVar[Mapping[str, Refusal]]
    realm: ClassVar[str]

    def __init__(self, code: str, /, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(code)
        self.code = code
        self.refusal = self.table[code]
        self.headers = dict(headers or {})
        self.members = members
        if self.refusal.status == 401:
            self.headers["WWW-Authenticate"] = f'Bearer realm="{self.realm}"'

    def answer(self) -> JsonResponse:
        """The refusal as RFC 9457 has it. A member may say more than the code's own `detail`."""
        content = {
            "type": f"urn:schoolgate:problem:{self.code}",
            "title": self.refusal.title,
            "status": self.refusal.status,
            "code": self.code,
            "detail": self.refusal.detail,
            **self.members,
        }
        return JsonResponse(
            content, status=self.refusal.status, content_type="application/problem+json", headers=self.headers
        )

    @classmethod
    def busy(cls) -> Self:
        return cls("busy", headers={"Retry-After": str(BUSY_SECONDS)})

    @classmethod
    def no_space(cls) -> Self:
        return cls("no-space", headers={"Retry-After": str(NO_SPACE_SECONDS)})

    @classmethod
    def locked(cls, until: datetime) -> Self:
        """`locked`, with the seconds until the next try is possible."""
        seconds = max(1, int((until - timezone.now()).total_seconds()) + 1)
        return cls("locked", headers={"Retry-After": str(seconds)})
