from schoolgate.school.purchasing.models.account_codes import Coding, CostCentre, Fund, LedgerCode
from schoolgate.school.purchasing.models.coding_template import CodingTemplate
from schoolgate.school.purchasing.models.fetched_document import NOT_IN_TOTAL, DocumentState, FetchedDocument
from schoolgate.school.purchasing.models.financial_year import FinancialYear
from schoolgate.school.purchasing.models.goods_received import GoodsReceived
from schoolgate.school.purchasing.models.invoice import (
    BOOKED,
    Difference,
    Invoice,
    InvoiceLine,
    InvoiceState,
    VatSum,
)
from schoolgate.school.purchasing.models.order import COMMITTED, INVOICED, Order, OrderLine, OrderState
from schoolgate.school.purchasing.models.posting import Posting
from schoolgate.school.purchasing.models.rights import PurchasingRights
from schoolgate.school.purchasing.models.send_attempt import SendAttempt
from schoolgate.school.purchasing.models.supplier import OrderMethod, Supplier
from schoolgate.school.purchasing.models.vat_code import VatCode
from schoolgate.school.purchasing.models.web_service import WebService

__all__ = [
    "BOOKED",
    "COMMITTED",
    "INVOICED",
    "NOT_IN_TOTAL",
    "Coding",
    "CodingTemplate",
    "CostCentre",
    "Difference",
    "DocumentState",
    "FetchedDocument",
    "FinancialYear",
    "Fund",
    "GoodsReceived",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "LedgerCode",
    "Order",
    "OrderLine",
    "OrderMethod",
    "OrderState",
    "Posting",
    "PurchasingRights",
    "SendAttempt",
    "Supplier",
    "VatCode",
    "VatSum",
    "WebService",
]
