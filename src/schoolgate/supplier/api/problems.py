"""Everything the REST API can refuse, each with a stable code (docs/reference/supplier-api.md).

Texts quote nothing that was sent. What is wrong with a document has the codes of `documents/ebis` besides.
"""

from collections.abc import Sequence
from typing import Any, Self

from schoolgate.commons.programs.problems import Problem, Refusal

PROBLEMS: dict[str, Refusal] = {
    "bad-request": Refusal(
        400, "Bad request", "The request was not understood. Call the site by the very address it is known by."
    ),
    "malformed-request": Refusal(
        400, "Malformed request", "The body is not what this call is documented with. Compare it with the reference."
    ),
    "cursor-malformed": Refusal(
        400, "Malformed cursor", "Send the `next` of an earlier answer as `after`, or leave it out to begin anew."
    ),
    "parameter-malformed": Refusal(
        400, "Malformed parameter", "A parameter of the address (`parameter`) has a value that it cannot have."
    ),
    "idempotency-key-malformed": Refusal(
        400, "Malformed Idempotency-Key", "An Idempotency-Key has 1 to 200 visible ASCII characters."
    ),
    "key-missing": Refusal(401, "No key", "Send your key: `Authorization: Bearer KEY`. Keys are made on the site."),
    "key-wrong": Refusal(
        401, "Wrong key", "The key is not known here, or was withdrawn. Make a new one under Keys and webhooks."
    ),
    "no-right": Refusal(
        403, "Not this key's right", "The key lacks the right `scope`. Make a key that has it under Keys and webhooks."
    ),
    "unknown-address": Refusal(404, "Unknown address", "The API has no such address."),
    "unknown-document": Refusal(404, "Unknown document", "There is no such document of this supplier."),
    "unknown-order": Refusal(404, "Unknown order", "There is no such order of this supplier."),
    "unknown-buyer": Refusal(404, "Unknown school", "There is no such school of this supplier: see `GET buyers`."),
    "method-not-allowed": Refusal(405, "Method not allowed", "This address takes other methods: see `Allow`."),
    "step-not-allowed": Refusal(
        409, "Not as it stands", "The document does not stand as this step needs it: see `reason`."
    ),
    "length-required": Refusal(
        411, "Length required", "Announce the body's length with Content-Length; chunked bodies are not taken."
    ),
    "too-large": Refusal(413, "Too large", "The body is larger than `limit` bytes. Send fewer lines in one document."),
    "media-type": Refusal(415, "Media type not supported", "Send the content type that this call is documented with."),
    "document-refused": Refusal(
        422, "The document is refused", "Something in the document is not as it must be: see `problems`."
    ),
    "content-removed": Refusal(
        410, "No longer kept", "The XML was kept for as long as the site keeps it, and is gone. Its row still stands."
    ),
    "buyer-refused": Refusal(
        422, "The school is refused", "Something that was said of the school is not as it must be: see `problems`."
    ),
    "idempotency-key-used": Refusal(
        422,
        "Idempotency-Key used before",
        "Another request had this Idempotency-Key. Make a new one for each new thing, and repeat requests whole.",
    ),
    "locked": Refusal(
        429, "Too many wrong keys", "Too many wrong keys came from this address. Try again after `Retry-After`."
    ),
    "internal-error": Refusal(500, "Error", "Something went wrong here. Nothing was kept. Send the same call again."),
    "busy": Refusal(503, "Busy", "The site is busy. Send the same call again after `Retry-After`."),
    "no-space": Refusal(507, "No space", "The site has no space left. Send the same call again after `Retry-After`."),
}


class ApiProblem(Problem):
    """A call of the REST API that is refused."""

    table = PROBLEMS
    realm = "supplier"

    @classmethod
    def of_values(cls, code: str, problems: Sequence[dict[str, Any]]) -> Self:
        """A refusal by what was said: `code`, `path` and `detail` are the first problem's, `problems` has all."""
        first = problems[0]
        members = {
            "type": f"urn:schoolgate:problem:{first['code']}",
            "code": first["code"],
            "detail": f"{first['message']} {first['remedy']}".strip(),
            "path": first["path"],
            "problems": list(problems),
        }
        problem = cls(code)
        problem.members = members
        return problem
