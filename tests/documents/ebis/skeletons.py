"""The skeletons of reference 10, and the authorised order of 9.2 as a finance system would send it."""

from lxml import etree

from schoolgate.documents.ebis.schema import INVOICE_NAMESPACE, ORDER_NAMESPACE, SCHEMAS, SchemaName

SUPPLIER_DUNS = "123456789"
BUYER_DUNS = "987654321"

CONTENT_ORDER = f"""<?xml version="1.0" encoding="utf-8"?>
<Order xmlns="{ORDER_NAMESPACE}">
  <OrderHead>
    <Schema><Version>3.09-UKGov.20030911</Version></Schema>
    <Parameters><Language>en</Language><DecimalSeparator>.</DecimalSeparator><Precision>10.2</Precision></Parameters>
    <OrderType Code="CTO">Content Order</OrderType>
    <Function Code="PRO">Proposed</Function>
    <OrderCurrency><Currency Code="GBP">Pounds Sterling</Currency></OrderCurrency>
    <Checksum>51927</Checksum>
  </OrderHead>
  <OrderReferences><SuppliersOrderReference>BASKET-0001</SuppliersOrderReference></OrderReferences>
  <OrderDate>2026-11-21</OrderDate>
  <Supplier>
    <SupplierReferences>
      <BuyersCodeForSupplier>{SUPPLIER_DUNS}</BuyersCodeForSupplier>
      <DUNS>{SUPPLIER_DUNS}</DUNS>
    </SupplierReferences>
    <Party>Inkwell and Sons</Party>
  </Supplier>
  <Buyer>
    <BuyerReferences>
      <SuppliersCodeForBuyer>A100</SuppliersCodeForBuyer>
      <DUNS>{BUYER_DUNS}</DUNS>
    </BuyerReferences>
    <Party>Elmfield Primary School</Party>
    <Contact><Name>j.smith</Name></Contact>
  </Buyer>
  <OrderLine Action="Original">
    <LineNumber>1</LineNumber>
    <Product><SuppliersProductCode>PN-100</SuppliersProductCode><Description>HB pencils</Description></Product>
    <Quantity><Amount>10</Amount></Quantity>
    <Price><UnitPrice>4.55</UnitPrice></Price>
    <LineTax><TaxRate Code="S">20</TaxRate><TaxValue>9.10</TaxValue></LineTax>
    <NetLineTotal>45.50</NetLineTotal>
    <GrossLineTotal>54.60</GrossLineTotal>
  </OrderLine>
  <OrderLine Action="Original">
    <LineNumber>2</LineNumber>
    <Product><SuppliersProductCode>PN-200</SuppliersProductCode><Description>Sugar paper</Description></Product>
    <Quantity><Amount>5</Amount></Quantity>
    <Price><UnitPrice>16.00</UnitPrice></Price>
    <LineTax><TaxRate Code="S">20</TaxRate><TaxValue>16.00</TaxValue></LineTax>
    <NetLineTotal>80.00</NetLineTotal>
    <GrossLineTotal>96.00</GrossLineTotal>
  </OrderLine>
  <OrderTotal>
    <GoodsValue>125.50</GoodsValue>
    <TaxTotal>25.10</TaxTotal>
    <GrossValue>150.60</GrossValue>
  </OrderTotal>
</Order>
"""

AUTHORISED_ORDER = f"""<?xml version="1.0" encoding="utf-8"?>
<Order xmlns="{ORDER_NAMESPACE}">
  <OrderHead>
    <Schema><Version>3.09-UKGov.20030911</Version></Schema>
    <Parameters><Language>en</Language><DecimalSeparator>.</DecimalSeparator><Precision>10.2</Precision></Parameters>
    <OrderType Code="PUO" Codelist="BASDA">Purchase Order</OrderType>
    <Function Code="FIO" Codelist="BASDA">Firm Order</Function>
    <OrderCurrency><Currency Code="GBP" Codelist="UKGov-CurrencyCode">Pounds Sterling</Currency></OrderCurrency>
    <Checksum>76490</Checksum>
  </OrderHead>
  <OrderReferences>
    <BuyersOrderNumber Preserve="true">ORD00017</BuyersOrderNumber>
    <SuppliersOrderReference>BASKET-0001</SuppliersOrderReference>
  </OrderReferences>
  <OrderDate>2026-11-23T09:15:42</OrderDate>
  <Supplier>
    <SupplierReferences>
      <BuyersCodeForSupplier>{SUPPLIER_DUNS}</BuyersCodeForSupplier>
      <DUNS>{SUPPLIER_DUNS}</DUNS>
    </SupplierReferences>
    <Party>Inkwell and Sons</Party>
    <Address>
      <AddressLine>4 Quill Road</AddressLine>
      <AddressLine>Bradford</AddressLine>
      <PostCode>BD1 1AA</PostCode>
    </Address>
  </Supplier>
  <Buyer>
    <BuyerReferences>
      <SuppliersCodeForBuyer>A100</SuppliersCodeForBuyer>
      <DUNS>{BUYER_DUNS}</DUNS>
    </BuyerReferences>
    <Party>Elmfield Primary School</Party>
    <Contact><Name>j.smith</Name></Contact>
  </Buyer>
  <Delivery>
    <DeliverTo>
      <Party>Elmfield Primary School</Party>
      <Address>
        <AddressLine>The office</AddressLine>
        <AddressLine>Elm Lane</AddressLine>
        <AddressLine>Bradford BD2 2BB</AddressLine>
      </Address>
    </DeliverTo>
    <PreferredDate>2026-12-04</PreferredDate>
  </Delivery>
  <OrderLine Action="Original" TypeCode="GDS" TypeDescription="Goods &amp; Services">
    <LineNumber>1</LineNumber>
    <OrderLineReferences><CostCentre>CUR</CostCentre><GeneralLedgerCode>E19</GeneralLedgerCode></OrderLineReferences>
    <Product><SuppliersProductCode>PN-100</SuppliersProductCode><Description>HB pencils</Description></Product>
    <Quantity UOMCode="EA"><Amount>8</Amount></Quantity>
    <Price UOMCode="EA"><UnitPrice>4.55</UnitPrice></Price>
    <LineTax>
      <TaxRate Code="standard" Codelist="UKGov-VAT">20</TaxRate>
      <TaxValue>7.28</TaxValue>
    </LineTax>
    <NetLineTotal>36.40</NetLineTotal>
    <GrossLineTotal>43.68</GrossLineTotal>
    <LineTotal>43.68</LineTotal>
  </OrderLine>
  <OrderTotal>
    <GoodsValue>36.40</GoodsValue>
    <TaxTotal>7.28</TaxTotal>
    <GrossValue>43.68</GrossValue>
  </OrderTotal>
</Order>
"""
"""The basket with line 1 cut to 8 and line 2 deleted."""


def _invoice(kind: str, response_to: str = "") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Invoice xmlns="{INVOICE_NAMESPACE}">
  <InvoiceHead>
    <Schema><Version>3.09</Version></Schema>
    <Parameters><Language>en</Language><DecimalSeparator>.</DecimalSeparator><Precision>10.2</Precision></Parameters>
    <InvoiceType Code="{kind}" Codelist="BASDA"/>
    <Function Code="FII"/>
    <InvoiceCurrency><Currency Code="GBP"/></InvoiceCurrency>
    <Checksum>51927</Checksum>
  </InvoiceHead>
  <InvoiceReferences>
    <BuyersOrderNumber>ORD00017</BuyersOrderNumber>
    <SuppliersInvoiceNumber>SI-9001</SuppliersInvoiceNumber>{response_to}
  </InvoiceReferences>
  <InvoiceDate>2026-11-21</InvoiceDate>
  <TaxPointDate>2026-11-21</TaxPointDate>
  <Supplier>
    <SupplierReferences><DUNS>{SUPPLIER_DUNS}</DUNS></SupplierReferences>
    <Party>Inkwell and Sons</Party>
  </Supplier>
  <Buyer>
    <BuyerReferences><DUNS>{BUYER_DUNS}</DUNS></BuyerReferences>
    <Party>Elmfield Primary School</Party>
  </Buyer>
  <InvoiceTo><Party>Elmfield Primary School</Party></InvoiceTo>
  <InvoiceLine Action="Original">
    <LineNumber>1</LineNumber>
    <InvoiceLineReferences><OrderLineNumber>1</OrderLineNumber></InvoiceLineReferences>
    <Product><SuppliersProductCode>PN-100</SuppliersProductCode><Description>HB pencils</Description></Product>
    <Quantity><Amount>10</Amount></Quantity>
    <Price><UnitPrice>4.55</UnitPrice></Price>
    <LineTax><TaxRate Code="S">20</TaxRate><TaxValue>9.10</TaxValue></LineTax>
    <NetLineTotal>45.50</NetLineTotal>
    <GrossLineTotal>54.60</GrossLineTotal>
  </InvoiceLine>
  <InvoiceLine Action="Original">
    <LineNumber>2</LineNumber>
    <InvoiceLineReferences><OrderLineNumber>2</OrderLineNumber></InvoiceLineReferences>
    <Product><SuppliersProductCode>PN-200</SuppliersProductCode><Description>Sugar paper</Description></Product>
    <Quantity><Amount>5</Amount></Quantity>
    <Price><UnitPrice>16.00</UnitPrice></Price>
    <LineTax><TaxRate Code="S">20</TaxRate><TaxValue>16.00</TaxValue></LineTax>
    <NetLineTotal>80.00</NetLineTotal>
    <GrossLineTotal>96.00</GrossLineTotal>
  </InvoiceLine>
  <TaxSubTotal>
    <TaxRate Code="S">20</TaxRate>
    <NumberOfLinesAtRate>2</NumberOfLinesAtRate>
    <TotalValueAtRate>125.50</TotalValueAtRate>
    <TaxableValueAtRate>125.50</TaxableValueAtRate>
    <TaxAtRate>25.10</TaxAtRate>
    <NetPaymentAtRate>150.60</NetPaymentAtRate>
    <GrossPaymentAtRate>150.60</GrossPaymentAtRate>
    <TaxCurrency><Currency Code="GBP"/></TaxCurrency>
  </TaxSubTotal>
  <InvoiceTotal>
    <NumberOfLines>2</NumberOfLines>
    <NumberOfTaxRates>1</NumberOfTaxRates>
    <LineValueTotal>125.50</LineValueTotal>
    <TaxableTotal>125.50</TaxableTotal>
    <TaxTotal>25.10</TaxTotal>
    <NetPaymentTotal>150.60</NetPaymentTotal>
    <GrossPaymentTotal>150.60</GrossPaymentTotal>
  </InvoiceTotal>
</Invoice>
"""


INVOICE = _invoice("INV")
CREDIT_NOTE = _invoice("CRN", "\n    <ResponseTo>SI-9001</ResponseTo>")

INDEX = """<Documents>
  <Document>
    <DocID>inv-1</DocID>
    <DocType>invoice</DocType>
    <CreateDate>2026-11-21T09:00:00+00:00</CreateDate>
  </Document>
</Documents>
"""


def changed(document: str, old: str, new: str, times: int = 1) -> str:
    """The document with one place of it different; fails where there is no such place."""
    assert old in document
    return document.replace(old, new, times)


def is_valid(document: str, name: SchemaName) -> bool:
    """What our schema says of it."""
    return bool(SCHEMAS[name].validator().validate(etree.fromstring(document.encode())))
