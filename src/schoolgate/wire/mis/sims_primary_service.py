"""SIMS Primary's service: what it is asked with, how it is asked for changes, and what its refusals mean.

INFERRED are the defaults of the scope, of the overlaps and of whole groups, which are options for that reason, the form
of the subscription key, and the words of the token service (reference mis-apis.md 2.1, 2.2, 2.8, 2.10).
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from schoolgate.wire.mis.calling import TokenRefused
from schoolgate.wire.mis.connector import MisError, Setting, Trouble

_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _doubt_of_client(value: str) -> str:
    if value.startswith(("sas-oneroster-", "vm")):
        return "This looks like the client id of another SIMS service; its tokens open no data here."
    return ""


SETTINGS = (
    Setting("client_id", "Client ID", hint="It begins with sas-simsprimary-.", doubt=_doubt_of_client),
    Setting("secret", "Secret", secret=True),
    Setting(
        "subscription_key",
        "Subscription Key",
        secret=True,
        form="[0-9a-fA-F]{32}",
        hint="32 digits and letters a–f.",
    ),
    Setting("organisation_id", "Organisation ID", form=_GUID, hint="As 1a2b3c4d-1234-4abc-9def-0123456789ab."),
)
OPTIONS = (
    Setting(
        "data_url",
        "Address of the data",
        form=r"https?://\S+/",
        hint="As https://example.org/ssli01/, with / at its end.",
        default="https://seli00apm01.azure-api.net/ssli01/",
    ),
    Setting(
        "token_url",
        "Address of the token service",
        form=r"https?://\S+",
        hint="As https://example.org/connect/token.",
        default="https://sts.sims.co.uk/connect/token",
    ),
    Setting("scope", "Scope", form=r"\S[\S ]*", default="partnerserverapplication"),
    Setting(
        "path",
        "Path of a set",
        form=r"\S*\{service\}\S*\{set\}\S*",
        hint="With {service} and {set}; DeX has {service}/odata/V3/{set}.",
        default="{service}/V3/{set}",
    ),
    Setting(
        "calls_per_second",
        "Calls a second",
        form=r"(?![0.]+$)[0-9]{1,3}(\.[0-9]{1,3})?",
        hint="More than 0.",
        default="4",
    ),
    Setting("overlap_days", "Days that changes are asked for again", form="[0-9]{1,2}", default="1"),
    Setting("attendance_overlap_days", "Days that marks are asked for again", form="[0-9]{1,2}", default="3"),
    Setting("window_days", "Days of marks at once", form="[1-9]|[1-8][0-9]|90", hint="1 to 90.", default="28"),
    Setting("whole_groups", "Changes tell whole groups", form="yes|no", default="yes"),
)


def changes_since(since: datetime) -> str:
    """The change function of a set, from a moment on."""
    return f"SIMS.Changes(startDate={literal(since)})"


def literal(moment: datetime) -> str:
    """A moment as OData has it: a date alone is an error (reference 2.6)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(*texts: str) -> str:
    """A key that tells no secret."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


def data_refusal(status: int, said: Any) -> MisError | TokenRefused:
    """Two kinds of 401: the gateway's body has a numeric `statusCode`, then it is the key (reference 2.10)."""
    of_gateway = isinstance(said, dict) and isinstance(said.get("statusCode"), int)
    if status == 401 and of_gateway:
        return MisError(
            Trouble.KEY,
            "The subscription key is rejected. Compare it with the one that the SIMS Service Desk sent.",
            ends="connection",
            status=status,
        )
    if status == 401:
        return TokenRefused(
            MisError(
                Trouble.CREDENTIAL,
                "The token is rejected although it is new. Is the address of the data right for these credentials?",
                ends="connection",
                status=status,
            )
        )
    if status == 403:
        return MisError(
            Trouble.CONSENT,
            "The school's system refuses this application. The school must allow it in SIMS ID, "
            "or the Organisation ID is another school's.",
            ends="connection",
            status=status,
        )
    sentence = f"The service answers {status} for this question, which it should not. Its path may have changed."
    return MisError(Trouble.DATA, sentence, ends="group", status=status)


def token_refusal(status: int, said: Any) -> MisError:
    """INFERRED: the usual words of an OAuth 2 token service (reference 2.2)."""
    error = said.get("error") if isinstance(said, dict) else None
    if error == "invalid_scope":
        trouble = Trouble.SCOPE
        sentence = "The scope is not allowed for this Client ID. It is an option of SIMS Primary."
    elif error in {"invalid_client", "invalid_request", "unauthorized_client", "invalid_grant"}:
        trouble = Trouble.CREDENTIAL
        sentence = (
            "The Client ID, the Secret or the Organisation ID is wrong. "
            "Compare them with what the SIMS Service Desk sent."
        )
    else:
        trouble, sentence = Trouble.CREDENTIAL, f"The token service answers {status}. Is its address right?"
    return MisError(trouble, sentence, ends="connection", status=status)
