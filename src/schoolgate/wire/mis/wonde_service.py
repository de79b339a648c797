"""Asking Wonde for one school: token, permissions, pages, and what its refusals mean (reference mis-apis.md 7.1)."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from schoolgate.wire.mis.calling import Caller, next_page
from schoolgate.wire.mis.connector import Check, MisError, Raw, Tools, Trouble
from schoolgate.wire.mis.wonde_rows import missing_include, permissions_of

Query: TypeAlias = Mapping[str, str]

_MOST_EMPTY = 3
"""Pages without rows, one after another, that say that more come."""
_FIELD = re.compile(r"[a-z_.]{1,40}")
_REGION = (
    "Wonde answers and has nothing of this school at this address. An address of another region gives no data rather "
    "than an error: compare the address and the School ID with what Wonde says of the school."
)
_NOT_READY = "The school allows its pupils to be read, and Wonde has none of them yet. Ask Wonde when it had them last."
_CONSENT = {
    "pending": "The school has not answered yet whether its data may be read. Ask it to approve the request at Wonde.",
    "declined": "The school declined that its data may be read. Ask the school.",
    "revoked": "The consent that the school's data may be read was taken back. Ask the school.",
    "audited": "Wonde still looks into the request for this school's data. Ask Wonde.",
    "offline": "The school's system has lost its connection to Wonde. Ask the school to look after it.",
}
_NO_CONSENT = (
    "Wonde does not let this token read the school: the School ID is not right, or the school has not consented. "
    "Test the connection to learn which."
)
_NOT_ASKED = (
    "Wonde does not know this School ID for this token. Compare it; if it is right, ask for the school at Wonde."
)


class WondeService:
    """What of Wonde is behind one token, for one school. All its methods raise MisError but `check`."""

    def __init__(
        self,
        tools: Tools,
        *,
        base_url: str,
        school_id: str,
        token: str,
        per_page: str,
        per_second: float,
        pace_key: str,
        patience: bool,
    ) -> None:
        """`base_url` is the region's address, without a slash at its end."""
        self.base_url = base_url
        self.school_id = school_id
        self.per_page = per_page
        self._permissions: set[str] | None = None
        self._caller = Caller(
            tools,
            pace_key=pace_key,
            per_second=per_second,
            refusal=_refusal,
            headers=lambda: {"Authorization": f"Bearer {token}"},
            patience=patience,
        )

    def check(self) -> Check:
        """Make one real data call, and say what is wrong where there is nothing to be had."""
        try:
            allowed = self.allowed()
            if not any(name.startswith("students") for name in allowed):
                return Check("The school does not let its pupils be read. Ask it to approve that.", Trouble.SCOPE)
            if not next(self.pages("students", {"per_page": "1"}), None):
                return Check(_NOT_READY, Trouble.DATA)
        except MisError as error:
            return self._consent() if error.trouble is Trouble.CONSENT else Check(error.sentence, error.trouble)
        return Check("The settings work: Wonde answers and tells of pupils.")

    def allowed(self) -> set[str]:
        """What the school lets be read; asked once a run. Raises MisError where Wonde has nothing of the school:
        of another region there is no data rather than an error, and that must not pass for "nothing changed"."""
        if self._permissions is None:
            said = self._ask(f"meta/schools/{self.school_id}/permissions", "permissions")
            if not isinstance(said, dict) or not said.get("data"):
                raise MisError(Trouble.DATA, _REGION, ends="connection")
            self._permissions = permissions_of(said)
        return self._permissions

    @cached_property
    def school(self) -> Raw:
        """The school as Wonde has it; asked once."""
        said = self._ask(f"schools/{self.school_id}", "the school")
        found = said.get("data") if isinstance(said, dict) else None
        return found if isinstance(found, dict) else {}

    def _consent(self) -> Check:
        """Which of Wonde's lists the school stands in, where its data may not be read (reference 7.1)."""
        try:
            for state, sentence in _CONSENT.items():
                address = self._address(f"schools/{state}")
                for page in self._each_page(address, f"{state} schools", {"per_page": self.per_page}):
                    if any(row.get("id") == self.school_id for row in page):
                        return Check(sentence, Trouble.DOWN if state == "offline" else Trouble.CONSENT)
        except MisError as error:
            return Check(error.sentence, error.trouble)
        return Check(_NOT_ASKED, Trouble.CONSENT)

    def rows(self, path: str, query: Query | None = None) -> Iterator[Raw]:
        """The rows of one of the school's lists, as `pages` has them."""
        for page in self.pages(path, query or {}):
            yield from page

    def pages(self, path: str, query: Query, includes: tuple[str, ...] = ()) -> Iterator[list[Raw]]:
        """The pages of one of the school's lists. Raises MisError, for what may not be read with a sentence of its
        own; INFERRED is that of included parts, too, the service may just leave out what may not be read."""
        address = self._address(f"schools/{self.school_id}/{path}")
        try:
            for page in self._each_page(address, path, {"per_page": self.per_page, **query}):
                missing = next((name for row in page if (name := missing_include(row, includes))), "")
                if missing:
                    raise _not_allowed(missing)
                yield page
        except MisError as error:
            if error.status == 403:
                self._look_again()
                raise _not_allowed(" and ".join((path, *includes)), error.status) from error
            raise

    def _look_again(self) -> None:
        """Ask whether the school may be read at all, since a part of it may not. Raises MisError."""
        self._permissions = None
        self.allowed()

    def _each_page(self, address: str, what: str, query: Query) -> Iterator[list[Raw]]:
        """Follow the next addresses to the end. Raises MisError for one that leads elsewhere or in a circle."""
        seen, empty = {address}, 0
        params: Query | None = query
        while True:
            said = self._caller.get_json(address, what=what, params=params)
            if not isinstance(said, dict) or not isinstance(said.get("data"), list):
                raise MisError(Trouble.DATA, f"The answer for {what} is no list of rows.", ends="group")
            rows = [row for row in said["data"] if isinstance(row, dict)]
            yield rows
            empty = 0 if rows else empty + 1
            meta = said.get("meta")
            pagination = meta.get("pagination") if isinstance(meta, dict) else None
            if not isinstance(pagination, dict) or pagination.get("more") is not True:
                return
            if empty > _MOST_EMPTY:
                raise _misled(what)
            # INFERRED: it keeps the question; what it may have lost of that is said again.
            address, params = next_page(pagination.get("next"), address, seen, what, query), None

    def _ask(self, path: str, what: str) -> Any:
        """What is said of the school as a whole. Raises MisError."""
        try:
            return self._caller.get_json(self._address(path), what=what)
        except MisError as error:
            if error.status == 404:
                raise MisError(Trouble.CONSENT, _NO_CONSENT, ends="connection", status=404) from error
            raise

    def _address(self, path: str) -> str:
        return f"{self.base_url}/v1.0/{path}"


def _refusal(status: int, said: Any) -> MisError:
    if status == 401:
        return MisError(
            Trouble.CREDENTIAL,
            "The token is rejected. Compare it with the one that Wonde gave.",
            ends="connection",
            status=status,
        )
    if status == 403:
        return MisError(Trouble.CONSENT, _NO_CONSENT, ends="connection", status=status)
    errors = said.get("errors") if status == 422 and isinstance(said, dict) else None
    fields = sorted(name for name in errors or () if _FIELD.fullmatch(str(name)))
    about = f" ({', '.join(fields)})" if fields else ""
    sentence = f"The service answers {status} for this question{about}, which it should not. It may have changed."
    return MisError(Trouble.DATA, sentence, ends="group", status=status)


def _not_allowed(what: str, status: int | None = None) -> MisError:
    sentence = f"The school does not let {what} be read. Ask it to approve that at Wonde."
    return MisError(Trouble.SCOPE, sentence, ends="group", status=status)


def _misled(what: str) -> MisError:
    return MisError(Trouble.DATA, f"The next page of {what} leads nowhere. Tell Wonde.", ends="group", passes=True)
