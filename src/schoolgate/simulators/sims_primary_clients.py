"""Who may ask SIMS Primary's simulator: clients, their tokens, and what the token service answers (reference 2.2)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schoolgate.documents.samples.dice import Dice
from schoolgate.simulators.answering import Answer, Request
from schoolgate.simulators.population import Population
from schoolgate.simulators.sims_primary_rows import organisation_of
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches

DATA_SCOPES = ("partnerserverapplication", "simsserverapplication partner")
"""Scopes whose tokens open the data; the public pages do not agree on one."""
OTHER_SCOPES = ("rapapi partner partner-read partner-write", "partner-read partner-write")
"""Scopes of other products of the vendor: a token is given, and is of no use here."""
_CHOSEN = "orgselected:"


@dataclass(frozen=True, slots=True)
class Client:
    """What the vendor's service desk sends for a school: client id, secret and organisation id."""

    school: Population
    client_id: str
    secret: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token opens, and until when."""

    organisation_id: str
    owner: str
    """The organisation of the client that asked."""
    scope: str
    ends_at: datetime


def client_of(school: Population) -> Client:
    """The credentials of a school: made up, always the same for the same seed and numbers."""
    dice = school.dice("credentials")
    return Client(school, f"sas-simsprimary-{dice.guid()}", f"{dice.getrandbits(160):040x}", organisation_of(school))


def subscription_key(seed: int) -> str:
    """A supplier's key, made up: 32 hexadecimal digits, which is INFERRED from the usual form."""
    return f"{Dice(f'subscription key {seed}').getrandbits(128):032x}"


class TokenService:
    """Gives tokens and knows them again. It keeps no clock: moments come from outside."""

    def __init__(self, clients: Iterable[Client]) -> None:
        self.clients = {client.client_id: client for client in clients}
        self._grants: dict[str, Grant] = {}

    def answer(self, request: Request, switches: SimsPrimarySwitches, revoked: Iterable[str], now: datetime) -> Answer:
        """Answer `POST /connect/token`. `revoked` are the organisations that took their consent back."""
        if request.method != "POST":
            return Answer(405, {"error": "invalid_request"}, {"Allow": "POST"})
        form = request.form
        client = self.clients.get(form.get("client_id", ""))
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type" if form.get("grant_type") else "invalid_request")
        if client is None or not secrets.compare_digest(client.secret.encode(), form.get("client_secret", "").encode()):
            return _refused("invalid_client")
        if form.get("scope", "") not in {*DATA_SCOPES, *OTHER_SCOPES}:
            return _refused("invalid_scope")
        chosen = form.get("acr_values", "")
        if not chosen.startswith(_CHOSEN):
            return _refused("invalid_request")
        organisation = chosen.removeprefix(_CHOSEN).lower()
        foreign = organisation != client.organisation_id
        if (foreign and not switches.lenient_token) or (
            switches.revoked_answers == "token" and client.organisation_id in revoked
        ):
            return _refused("invalid_client")
        token = secrets.token_urlsafe(32)
        ends_at = now + timedelta(seconds=switches.token_lifetime)
        self._grants = {text: grant for text, grant in self._grants.items() if grant.ends_at > now}
        self._grants[token] = Grant(organisation, client.organisation_id, form["scope"], ends_at)
        return Answer(
            200,
            {"access_token": token, "expires_in": switches.token_lifetime, "token_type": "Bearer"},
            {"Cache-Control": "no-store"},
        )

    def grant(self, authorization: str, now: datetime) -> Grant | None:
        """What a request's header Authorization opens; None for no token, a wrong one, or one that has ended."""
        kind, _, token = authorization.partition(" ")
        grant = self._grants.get(token.strip()) if kind.lower() == "bearer" else None
        return grant if grant is not None and grant.ends_at > now else None

    def end_all(self) -> None:
        """Let every token be one that has ended."""
        self._grants.clear()


def _refused(error: str) -> Answer:
    return Answer(400, {"error": error}, {"Cache-Control": "no-store"})
