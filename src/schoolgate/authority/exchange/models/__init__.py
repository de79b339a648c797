from schoolgate.authority.exchange.models.certificate import OwnCertificate
from schoolgate.authority.exchange.models.outbox_entry import OutboxEntry
from schoolgate.authority.exchange.models.received_file import ReceivedFile
from schoolgate.authority.exchange.models.refused_delivery import RefusedDelivery
from schoolgate.authority.exchange.models.sent_value import SentValue
from schoolgate.authority.exchange.models.signing_key import SigningKey
from schoolgate.authority.exchange.models.token import Token
from schoolgate.authority.exchange.models.told_ending import ToldEnding
from schoolgate.authority.exchange.models.told_of import ToldOf

__all__ = [
    "OutboxEntry",
    "OwnCertificate",
    "ReceivedFile",
    "RefusedDelivery",
    "SentValue",
    "SigningKey",
    "Token",
    "ToldEnding",
    "ToldOf",
]
