"""Orders and invoices of any content, for the properties of reading and writing."""

from hypothesis import strategies as st

from schoolgate.documents.ebis.invoices import Invoice, InvoiceTotals, TaxSubTotal
from schoolgate.documents.ebis.lines import Discount, Line, Tax
from schoolgate.documents.ebis.orders import Order, OrderTotals
from schoolgate.documents.ebis.parties import Address, Contact, Delivery, Party

# What XML carries, without blanks around it: reading takes those for no part of a value.
_signs = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"
) | st.sampled_from("\n\r\t&<>\"']")
texts = st.text(_signs, max_size=8).map(str.strip)
words = texts.filter(bool)
some_words = st.lists(words, max_size=2).map(tuple)
days = st.none() | st.dates()
money = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
amounts = st.none() | money
counts = st.none() | st.integers(0, 9_999)

addresses = st.builds(Address, some_words, some_words, texts, texts, texts, st.sampled_from(["", "GB", "GBR"]))
contacts = st.builds(Contact, texts, texts, texts, texts, st.sampled_from(["", "orders@school.example"]))
parties = st.builds(Party, words, st.sampled_from(["", "012345678"]), texts, texts, addresses, contacts)
deliveries = st.builds(Delivery, words, texts, addresses, contacts, days, days, days, some_words)
taxes = st.builds(Tax, st.sampled_from("SZELHNX"), money)

_codes = st.sampled_from(["", "LPI", "VOD"])
_terms = st.sampled_from(["", "LPI", "10I"])
discounts = st.builds(
    lambda percents, off: (*percents, *off),
    st.lists(st.builds(Discount, percent=money, terms=_terms, kind=_codes), max_size=1),
    st.lists(st.builds(Discount, amount=money, terms=_terms, kind=_codes), max_size=1),
)


def _lines(*, of_invoice: bool) -> st.SearchStrategy[tuple[Line, ...]]:
    line = st.builds(
        Line,
        number=st.integers(1, 9_999),
        product=texts,
        description=texts,
        quantity=money,
        unit=st.sampled_from(["", "EA", "BX"]),
        pack_size=texts,
        unit_price=money,
        price_units=texts,
        discounts=discounts,
        tax=taxes,
        tax_value=amounts,
        net=amounts,
        gross=amounts,
        buyers_product=texts,
        action=st.sampled_from(["", "Original", "Change", "Delete"]),
        cost_centre=texts,
        ledger_code=texts,
        buyers_line=texts,
        order_line=texts if of_invoice else st.just(""),
        order_number=texts if of_invoice else st.just(""),
        notes=some_words,
    )
    return st.lists(line, min_size=1, max_size=2).map(tuple)


orders = st.builds(
    Order,
    date=st.dates(),
    supplier=parties,
    buyer=parties,
    lines=_lines(of_invoice=False),
    number=texts,
    reference=texts,
    kind=st.sampled_from(["CTO", "PUO", "QTN"]),
    function=st.sampled_from(["", "PRO", "FIO"]),
    currency=st.sampled_from(["GBP", "EUR"]),
    language=st.sampled_from(["en", "cy", "en-GB"]),
    contract=texts,
    cost_centre=texts,
    ledger_code=texts,
    delivery=deliveries,
    invoice_to=st.none() | parties,
    discounts=discounts,
    notes=some_words,
    totals=st.builds(OrderTotals, *[amounts] * 5),
)

_subtotals = st.builds(TaxSubTotal, taxes, counts, *[amounts] * 6)
invoices = st.builds(
    Invoice,
    number=words,
    date=st.dates(),
    supplier=parties,
    buyer=parties,
    lines=_lines(of_invoice=True),
    tax_subtotals=st.lists(_subtotals, min_size=1, max_size=2).map(tuple),
    totals=st.builds(InvoiceTotals, counts, counts, money, *[amounts] * 7),
    kind=st.sampled_from(["INV", "CRN"]),
    codelist=st.sampled_from(["", "BASDA"]),
    function=st.sampled_from(["", "FII"]),
    order_number=texts,
    reference=texts,
    credits=texts,
    delivery_note=texts,
    contract=texts,
    cost_centre=texts,
    ledger_code=texts,
    tax_point=days,
    order_date=days,
    invoice_to=parties,
    delivery=deliveries,
    discounts=discounts,
    notes=some_words,
    test=st.booleans(),
)
