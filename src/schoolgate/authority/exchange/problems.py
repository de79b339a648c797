"""Everything the exchange API can refuse, each with a stable code (DESIGN 8). Texts quote nothing that was sent."""

from schoolgate.commons.programs.problems import Problem, Refusal

PROBLEMS: dict[str, Refusal] = {
    "bad-request": Refusal(
        400, "Bad request", "The request was not understood. Call the authority by the very address it gave you."
    ),
    "malformed-request": Refusal(400, "Malformed request", "The request's body is not the JSON object of this call."),
    "digest-malformed": Refusal(
        400, "Malformed digest", "The address needs the SHA-256 of the plain XML as 64 lower-case hexadecimal digits."
    ),
    "name-pattern": Refusal(
        400,
        "Not a name of this kind of file",
        "A pupil file is called like 8204321_CES_820LLLL_001.xml. Rename the file and send it again.",
    ),
    "digest-mismatch": Refusal(
        400, "Digest differs", "The bytes that arrived are not the bytes the address names. Send the file again."
    ),
    "cut-short": Refusal(
        400, "Body cut short", "Fewer bytes arrived than were announced. Nothing was kept. Send the file again."
    ),
    "gzip-malformed": Refusal(
        400, "Not one gzip stream", "The body cannot be unpacked as exactly one gzip stream. Send the file again."
    ),
    "cursor-malformed": Refusal(
        400, "Malformed cursor", "Send the `next` of an earlier answer as `after`, or leave it out to begin anew."
    ),
    "wrong-credentials": Refusal(
        401,
        "Wrong user or password",
        "The user name or password is wrong, or the account is switched off. Ask the authority for a new password.",
    ),
    "password-expired": Refusal(
        401, "Password expired", "The password has expired. Change it with this password, or ask for a new one."
    ),
    "token-expired": Refusal(401, "Token expired", "The token has run out or is not known. Ask for a new one."),
    "not-your-base": Refusal(
        403, "Not your school", "This account may not send for that school. Ask the authority to add it to the account."
    ),
    "no-licence": Refusal(
        403,
        "No licence",
        "This authority has no licence for the school, so it takes no files from it. Ask it to license the school.",
    ),
    "no-out-of-county-licence": Refusal(
        403,
        "No Out of County licence",
        "This authority has no Out of County licence, so it takes no files from schools of other authorities. Ask it.",
    ),
    "code-wrong": Refusal(
        403, "Wrong code", "There is no such connection code. Compare it with the letter, letter by letter."
    ),
    "code-used": Refusal(
        403, "Code used before", "The connection code was used before; it works once. Ask the authority for a new one."
    ),
    "code-expired": Refusal(
        403, "Code run out", "The connection code has run out or was replaced. Ask the authority for a new one."
    ),
    "not-this-authority": Refusal(
        403, "Another authority's file", "The file's name says that it is for another authority. Send it there."
    ),
    "unknown-file": Refusal(404, "Unknown file", "No such file was received for a school of this account."),
    "unknown-entry": Refusal(404, "Unknown entry", "The outbox has no such entry for a school of this account."),
    "unknown-address": Refusal(404, "Unknown address", "The exchange API has no such address."),
    "method-not-allowed": Refusal(405, "Method not allowed", "This address takes other methods: see `Allow`."),
    "length-required": Refusal(
        411, "Length required", "Announce the body's length with Content-Length; chunked bodies are not taken."
    ),
    "too-large": Refusal(
        413, "Too large", "The file is larger than this authority takes (`limit`, in bytes of plain XML). Ask it."
    ),
    "media-type": Refusal(
        415, "Media type not supported", "Send the content type and content encoding that this call is documented with."
    ),
    "name-and-content-differ": Refusal(
        422,
        "Name and content differ",
        "The start of the file is not that of the school and authority its name says. Correct name or content.",
    ),
    "password-not-allowed": Refusal(
        422, "Password not allowed", "The new password breaks a rule for exchange accounts (`rules`). Choose another."
    ),
    "client-too-old": Refusal(
        426, "Program too old", "This version of the school's program is not served any more. Install a newer one."
    ),
    "locked": Refusal(
        429,
        "Locked",
        "Too many wrong passwords or codes. This address is locked out until `Retry-After` has passed.",
    ),
    "internal-error": Refusal(500, "Error", "Something went wrong here. Nothing was lost. Send the same call again."),
    "busy": Refusal(503, "Busy", "The authority is busy. Send the same call again after `Retry-After`."),
    "maintenance": Refusal(
        503, "Maintenance", "The authority's site is being looked after. Send the same call after `Retry-After`."
    ),
    "not-set-up": Refusal(503, "Not set up", "This authority's site has no LA number yet. Send the same call later."),
    "no-space": Refusal(
        507, "No space", "The authority has no space left and was told so. The file will be taken when there is."
    ),
}


class ApiProblem(Problem):
    """A call of the exchange API that is refused."""

    table = PROBLEMS
    realm = "exchange"
