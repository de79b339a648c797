"""What a school office is told when a call did not succeed: for each reason a sentence, and what to do next.

"The LA" is the authority, whoever it is; whom to ask there stands beside these on the school's pages.
"""

from schoolgate.wire.unreachable import UnreachableReason

UNREACHABLE: dict[UnreachableReason, tuple[str, str]] = {
    "name": (
        "The LA's address was not found.",
        "Check that the internet works here; then check the address under Administration, letter by letter.",
    ),
    "refused": (
        "The LA's computer does not take the connection.",
        "Check the address under Administration. If it is right, the LA's service is down: it is tried again.",
    ),
    "certificate": (
        "The LA's certificate is not trusted, so nothing was sent.",
        (
            "Your internet filter may stand in between. Ask whoever runs it to let the LA's address pass unopened, or "
            "to have its certificate added to this program's extra CA file."
        ),
    ),
    "certificate-expired": (
        "The certificate at the LA's address has run out, so nothing was sent.",
        (
            "Check the date of this computer. If it is right, tell the LA; or whoever runs your internet filter, if "
            "that issued the certificate."
        ),
    ),
    "certificate-not-yet": (
        "The certificate at the LA's address is not valid yet, so nothing was sent.",
        "The date of this computer is probably wrong: set it. If it is right, tell the LA.",
    ),
    "certificate-name": (
        "The certificate at the LA's address is for another name, so nothing was sent.",
        (
            "Check the address under Administration, letter by letter. If it is right, a sign-in page or your internet "
            "filter may stand in between."
        ),
    ),
    "tls-version": (
        "The LA's computer and this one have no security protocol (TLS version) in common.",
        (
            "Choose TLS 1.2 or newer as the security protocol type under Connection. If it is chosen already, ask the "
            "LA to switch on TLS 1.2."
        ),
    ),
    "tls": (
        "No secure line (TLS) to the LA's address could be made, so nothing was sent.",
        (
            "Check the address and its port under Administration. If they are right, your internet filter may stand in "
            "between."
        ),
    ),
    "timeout": (
        "The LA's computer does not answer.",
        "Check that the internet works here. It is tried again.",
    ),
    "reset": (
        "The line to the LA broke before the answer came.",
        "It is sent again; that can do no harm.",
    ),
    "proxy": (
        "Your proxy did not make the connection to the LA.",
        "Check the LA's address under Administration. If it is right, ask whoever runs the proxy.",
    ),
    "proxy-denied": (
        "Your proxy does not allow the LA's address.",
        "Ask whoever runs the proxy to allow the LA's address for this program.",
    ),
    "proxy-name": (
        "Your proxy's name was not found.",
        "Check the Proxy Name under Connection, letter by letter.",
    ),
    "proxy-refused": (
        "Your proxy does not take the connection.",
        "Check the Proxy Name and the port behind it under Connection. If they are right, ask whoever runs the proxy.",
    ),
    "proxy-timeout": (
        "Your proxy does not answer.",
        "Check the Proxy Name under Connection. If it is right, ask whoever runs the proxy.",
    ),
}

REFUSALS: dict[str, tuple[str, str]] = {
    "not-your-base": (
        "The LA's account may not send for this school.",
        "Ask the LA to add the school to your account.",
    ),
    "no-bases": (
        "The LA's account is for no school yet.",
        "Ask the LA to add your school to the account.",
    ),
    "no-licence": (
        "The LA has no licence to take files from this school.",
        "Ask the LA: it needs a standard licence for the school.",
    ),
    "no-out-of-county-licence": (
        "The LA has no licence to take files from schools of other LAs.",
        "Ask the LA: it needs the Out of County licence.",
    ),
    "not-this-authority": (
        "The address belongs to another LA than the file's.",
        "Check the LA's address under Administration.",
    ),
    "code-wrong": (
        "The LA does not know this connection code.",
        "Check it against the LA's letter, letter by letter. If it is right, ask the LA for a new one.",
    ),
    "code-used": (
        "This connection code was used before; each is good once.",
        "If that was not you, tell the LA. Ask it for a new code.",
    ),
    "code-expired": (
        "This connection code has run out.",
        "Ask the LA for a new one.",
    ),
    "password-not-allowed": (
        "The new password breaks a rule of the LA.",
        (
            "Choose another: 10 characters or more, with upper and lower case, a digit and a special character, and "
            "none of your last ten."
        ),
    ),
    "name-pattern": (
        "The LA does not accept the file's name.",
        "A pupil file is called like 8204321_CES_820LLLL_001.xml. Rename it and send it again.",
    ),
    "name-and-content-differ": (
        "The LA says that the file's name and its content are of different schools or LAs.",
        "Export the file again from your MIS.",
    ),
    "too-large": ("The file is larger than the LA takes.", "Ask the LA."),
    "digest-mismatch": ("The file did not arrive as it was sent.", "It is sent again; that can do no harm."),
    "cut-short": ("Only a part of the file arrived.", "It is sent again; that can do no harm."),
    "gzip-malformed": ("The file did not arrive as it was sent.", "It is sent again; that can do no harm."),
    "token-expired": ("The LA ended the session twice in a row.", "Try again. If it stays so, ask the LA."),
    "spool-lost": (
        "Neither the folder nor this program holds the file any more.",
        "Export it again from your MIS.",
    ),
    "receipt-wrong": (
        "The LA's receipt is not genuine or is for another file. Do not rely on it.",
        "Ring the LA: ask whether the file arrived, and whether its address is the one you use.",
    ),
}
