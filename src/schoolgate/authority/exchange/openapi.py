"""The OpenAPI 3.1 document of the exchange API, written by hand and held to the site by a test with schemathesis."""

from schoolgate import __version__
from schoolgate.authority.exchange.models.outbox_entry import EntryState, Wanted
from schoolgate.authority.exchange.problems import PROBLEMS
from schoolgate.commons.programs.openapi import Json, object_of, ref, refusals

DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the plain XML."}
TIME = {"type": "string", "format": "date-time", "description": "RFC 3339, in UTC."}
TIME_OR_NEVER = {"type": ["string", "null"], "format": "date-time"}
LA = {"type": "string", "pattern": "^[0-9]{3}$", "examples": ["820"]}
SCHOOL = {"type": "string", "pattern": "^[0-9]{4}$", "examples": ["4321"]}
STUDENT_NAME = {
    "type": "string",
    "pattern": "^[0-9]{7}_[Cc][Ee][Ss]_[0-9]{3}[Ll]{4}(_[0-9]{1,3})?\\.[Xx][Mm][Ll]$",
    "examples": ["8204321_CES_820LLLL_001.xml"],
}
TEXT = {"type": "string"}
LICENCE = {
    "type": ["string", "null"],
    "enum": ["standard", "out-of-county", None],
    "description": "What the school stands on; null: the authority has no licence for it, and takes no files.",
}
BASE = {"la": LA, "school": SCHOOL, "kinds": {"type": "array", "items": TEXT}, "licence": LICENCE}
# No database takes NUL, and no user name or password has it.
REQUEST = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]{16,64}$",
    "description": "Chosen at random by the caller and kept until the answer is there: the same call again with the "
    "same value is harmless. Without it, a second use is always `code-used`.",
}
ENTRY = {"name": "entry", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
TYPED = {"type": "string", "pattern": "^[^\\u0000]*$", "maxLength": 1000}


SCHEMAS: Json = {
    "Problem": object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "detail": TEXT,
            "limit": {"type": "integer", "description": "With `too-large`: bytes of plain XML."},
            "rules": {"type": "array", "items": TEXT, "description": "With `password-not-allowed`."},
            "oldest_client": {"type": "string", "description": "With `client-too-old`."},
        },
        optional=("limit", "rules", "oldest_client"),
    ),
    "Base": object_of(BASE),
    "NamedBase": object_of({**BASE, "name": TEXT}),
    "Service": object_of(
        {
            "service": {"const": "schoolgate-exchange"},
            "version": TEXT,
            "versions": {"type": "array", "items": TEXT},
            "la": TEXT,
            "name": TEXT,
            "clock": TIME,
            "limits": object_of({"file_bytes": {"type": "integer", "description": "Of plain XML."}}),
            "oldest_client": TEXT,
            "maintenance_until": TIME_OR_NEVER,
        }
    ),
    "Keys": object_of(
        {"keys": {"type": "array", "items": object_of({"kty": TEXT, "crv": TEXT, "x": TEXT, "kid": TEXT})}}
    ),
    "Token": object_of(
        {
            "token": TEXT,
            "expires": TIME,
            "password_expires": TIME_OR_NEVER,
            "bases": {"type": "array", "items": ref("Base")},
        }
    ),
    "Joined": object_of(
        {
            "user": TEXT,
            "password": {"type": "string", "description": "Told only here. Keep it sealed."},
            "password_expires": TIME_OR_NEVER,
            "bases": {"type": "array", "items": ref("NamedBase")},
            "authority": object_of({"la": TEXT, "name": TEXT, "contact": TEXT}),
        }
    ),
    "PasswordChanged": object_of({"password_expires": TIME_OR_NEVER, "old_password_until": TIME_OR_NEVER}),
    "WhoAmI": object_of(
        {
            "user": TEXT,
            "bases": {"type": "array", "items": ref("NamedBase")},
            "authority": object_of({"la": TEXT, "name": TEXT, "contact": TEXT}),
        }
    ),
    "File": object_of(
        {
            "kind": TEXT,
            "name": TEXT,
            "sha256": DIGEST,
            "size": {"type": "integer", "description": "Bytes of plain XML."},
            "la": LA,
            "school": SCHOOL,
            "received": TIME,
        }
    ),
    "Outcome": object_of(
        {
            "state": {"type": "string", "enum": ["queued", "processing", "waiting", "completed", "failed"]},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "problems": {"type": "array", "items": object_of({"code": TEXT})},
            "groups": {
                "type": "object",
                "description": "Once completed, of each data group: how often it was added, changed, the same, had "
                "values left out, or lacked what is held.",
                "additionalProperties": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "waiting": object_of({"code": TEXT, "message": TEXT}),
        },
        optional=("groups", "waiting"),
    ),
    "Refusals": object_of(
        {
            "items": {
                "type": "array",
                "items": object_of(
                    {
                        "upn": {"type": "string", "description": "As the school sent it; empty where it is not known."},
                        "group": TEXT,
                        "item": TEXT,
                        "value": {"description": "As the school sent it; null where it may hold what others sent."},
                        "code": TEXT,
                        "since": TIME,
                        "new": {"type": "boolean", "description": "This file was the first to say it."},
                    }
                ),
            },
            "next": {"type": "string", "description": "Send it as `after` to go on from here."},
            "more": {"type": "boolean", "description": "There is more already: ask again at once."},
        }
    ),
    "Delivery": object_of(
        {
            "file": ref("File"),
            "receipt": {"type": "string", "description": "Compact JWS, `alg` Ed25519, signed with one of the keys."},
            "outcome": ref("Outcome"),
        }
    ),
    "FileStory": object_of(
        {
            "file": ref("File"),
            "receipt": TEXT,
            "outcome": ref("Outcome"),
            "refusals": ref("Refusals"),
        }
    ),
    "Outcomes": object_of(
        {
            "outcomes": {"type": "array", "items": ref("Delivery")},
            "next": {"type": "string", "description": "Send it as `after` to go on from here."},
            "more": {"type": "boolean", "description": "There is more already: ask again at once."},
        }
    ),
    "Entry": object_of(
        {
            "id": {"type": "integer"},
            "kind": {
                "type": "string",
                "description": "`request`: a file is wanted. `file`: one waits. More kinds may come; ignore them.",
            },
            "state": {"type": "string", "enum": EntryState.values},
            "la": LA,
            "school": SCHOOL,
            "name": {"type": "string", "description": "Of a request the school's, of a file its own."},
            "made": TIME,
            "data": {"type": "string", "enum": Wanted.values, "description": "`snapshot` wants a full file."},
            "task": {"type": "string", "description": "The task for which the authority asks."},
            "document": {"type": "string", "description": "Of a file its kind: `student` or `personnel`."},
            "group": {"type": "string", "description": "Of a file the one data group that it is about, else empty."},
            "sha256": DIGEST,
            "size": {"type": "integer", "description": "Of a file: bytes of plain XML."},
        },
        optional=("data", "task", "document", "group", "sha256", "size"),
    ),
    "Outbox": object_of(
        {
            "entries": {"type": "array", "items": ref("Entry")},
            "next": {"type": "string", "description": "Send it as `after` to go on from here."},
            "more": {"type": "boolean", "description": "There is more already: ask again at once."},
        }
    ),
}

ANYWHERE = ("bad-request", "method-not-allowed", "internal-error", "busy")
SIGNED_IN = (*ANYWHERE, "token-expired", "client-too-old")
ASKING = (
    *ANYWHERE,
    *("client-too-old", "malformed-request", "length-required", "media-type", "locked", "maintenance"),
)
CREDENTIALS = (*ASKING, "wrong-credentials")
LICENCES = ("no-licence", "no-out-of-county-licence")
OF_AN_ENTRY = (*SIGNED_IN, "unknown-entry", "unknown-address")
DELIVERING = (
    *SIGNED_IN,
    *("unknown-address", "name-pattern", "digest-malformed", "not-your-base", "not-this-authority", "length-required"),
    *("media-type", "too-large", "cut-short", "gzip-malformed", "digest-mismatch", "name-and-content-differ"),
    *("no-space", "not-set-up", "maintenance"),
    *LICENCES,
)


def document(url: str) -> Json:
    """The OpenAPI document of the site at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Schoolgate exchange",
            "version": __version__,
            "summary": "How a school's program sends files to its local authority, and learns what became of them.",
            "description": "A file's identity is its address, so repeating any call is harmless. Clients ignore what "
            "they do not know; inside version 1 there are only additions.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> Json:
    file_address = [
        {"name": "sha256", "in": "path", "required": True, "schema": DIGEST},
        {"name": "name", "in": "path", "required": True, "schema": STUDENT_NAME},
    ]
    encoding = {
        "name": "Content-Encoding",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "enum": ["gzip", "identity"]},
        "description": "`gzip` when the body is packed; digest and size are of the plain XML all the same.",
    }
    after = {
        "name": "after",
        "in": "query",
        "required": False,
        "schema": TEXT,
        "description": "`next` of an earlier answer.",
    }
    return {
        "/exchange/v1/": {"get": _call("service", "What this is, its clock and its limits", "Service", ANYWHERE)},
        "/exchange/v1/keys": {
            "get": _call(
                "keys",
                "Public keys of receipts, retired ones included",
                "Keys",
                ANYWHERE,
                media="application/jwk-set+json",
            )
        },
        "/exchange/v1/token": {
            "post": {
                **_call(
                    "token",
                    "User and password for a token",
                    "Token",
                    (*CREDENTIALS, "password-expired", *LICENCES),
                ),
                "requestBody": _json_body({"user": TYPED, "password": TYPED}),
            }
        },
        "/exchange/v1/join": {
            "post": {
                **_call(
                    "join",
                    "A connection code, good once, for user name and first password",
                    "Joined",
                    (*ASKING, "code-wrong", "code-used", "code-expired"),
                ),
                "requestBody": _json_body({"code": TYPED, "request": REQUEST}, optional=("request",)),
            }
        },
        "/exchange/v1/password": {
            "post": {
                **_call(
                    "password", "Change the own password", "PasswordChanged", (*CREDENTIALS, "password-not-allowed")
                ),
                "requestBody": _json_body({"user": TYPED, "password": TYPED, "new_password": TYPED}),
            }
        },
        "/exchange/v1/whoami": {
            "get": _signed_in("whoami", "Which bases, and whom to ask", "WhoAmI", (*SIGNED_IN, *LICENCES))
        },
        "/exchange/v1/student/files/{sha256}/{name}": {
            "parameters": file_address,
            "put": {
                **_signed_in("sendFile", "Send a file", "Delivery", DELIVERING, also_new=True),
                "parameters": [encoding],
                "requestBody": {
                    "required": True,
                    "description": "The XML. `Content-Length` is required and is of the body as sent.",
                    "content": {"application/xml": {}},
                },
            },
            "get": {
                **_signed_in(
                    "getFile",
                    "What became of a file, and what of it is not taken",
                    "FileStory",
                    (*SIGNED_IN, "unknown-file", "cursor-malformed"),
                ),
                "parameters": [after],
            },
            "head": {
                **_without_bodies(
                    _signed_in(
                        "findFile", "Is a file known", "FileStory", (*SIGNED_IN, "unknown-file", "cursor-malformed")
                    )
                ),
                "parameters": [after],
            },
        },
        "/exchange/v1/outcomes": {
            "get": {
                **_signed_in(
                    "outcomes", "Outcomes that changed, oldest first", "Outcomes", (*SIGNED_IN, "cursor-malformed")
                ),
                "parameters": [after],
            }
        },
        "/exchange/v1/outbox": {
            "get": {
                **_signed_in("outbox", "What waits for the schools", "Outbox", (*SIGNED_IN, "cursor-malformed")),
                "parameters": [after],
            }
        },
        "/exchange/v1/outbox/{entry}": {
            "parameters": [ENTRY],
            "get": _signed_in("entry", "One entry of the outbox", "Entry", OF_AN_ENTRY),
        },
        "/exchange/v1/outbox/{entry}/file": {
            "parameters": [ENTRY],
            "get": _packed_file(),
            "head": _without_bodies({**_packed_file(), "operationId": "findEntryFile"}),
        },
        "/exchange/v1/outbox/{entry}/collected": {
            "parameters": [ENTRY],
            "post": _signed_in("collected", "Say that an entry is at the school", "Entry", OF_AN_ENTRY),
        },
    }


def _call(
    operation: str, summary: str, schema: str, codes: tuple[str, ...], *, media: str = "application/json"
) -> Json:
    answer = {"description": summary, "content": {media: {"schema": ref(schema)}}}
    return {"operationId": operation, "summary": summary, "responses": {"200": answer, **refusals(PROBLEMS, codes)}}


def _signed_in(operation: str, summary: str, schema: str, codes: tuple[str, ...], *, also_new: bool = False) -> Json:
    call = {**_call(operation, summary, schema, codes), "security": [{"token": []}]}
    if also_new:
        known = call["responses"]["200"]
        call["responses"]["201"] = {**known, "description": "Taken: durably written, with its receipt."}
        call["responses"]["200"] = {**known, "description": "Known: the same answer as the first time."}
    return call


def _packed_file() -> Json:
    """The one call whose answer is no JSON: the bytes of a file in the outbox."""
    summary = "The bytes of a file in the outbox, as one gzip stream; offered until it is collected"
    call = _signed_in("entryFile", summary, "Entry", OF_AN_ENTRY)
    call["responses"]["200"] = {
        "description": summary,
        "headers": {"Schoolgate-SHA256": {"required": True, "schema": DIGEST}},
        "content": {"application/gzip": {}},
    }
    return call


def _without_bodies(call: Json) -> Json:
    call["responses"] = {status: {"description": answer["description"]} for status, answer in call["responses"].items()}
    return call


def _json_body(properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    return {"required": True, "content": {"application/json": {"schema": object_of(properties, optional=optional)}}}
