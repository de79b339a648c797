"""The rows of the supplier site, one file a concept."""

from schoolgate.supplier.models.api_key import SCOPES, ApiKey, IdempotentAnswer
from schoolgate.supplier.models.buyer import Buyer
from schoolgate.supplier.models.call import Call, OperationUse, RuleBroken
from schoolgate.supplier.models.document import STEPS, Document, DocumentContent, DocumentEvent, Kind, State
from schoolgate.supplier.models.order import Order, OrderContent, RefusedOrder
from schoolgate.supplier.models.played_school import PlayedSchool
from schoolgate.supplier.models.supplier import Membership, Supplier
from schoolgate.supplier.models.trial import Trial
from schoolgate.supplier.models.webhook import Delivery, DeliveryState, Webhook

__all__ = [
    "SCOPES",
    "STEPS",
    "ApiKey",
    "Buyer",
    "Call",
    "Delivery",
    "DeliveryState",
    "Document",
    "DocumentContent",
    "DocumentEvent",
    "IdempotentAnswer",
    "Kind",
    "Membership",
    "OperationUse",
    "Order",
    "OrderContent",
    "PlayedSchool",
    "RefusedOrder",
    "RuleBroken",
    "State",
    "Supplier",
    "Trial",
    "Webhook",
]
