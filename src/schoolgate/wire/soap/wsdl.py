"""The service's description as ASP.NET would write it: clients are generated from it (reference 2.3, 13.1 to 13.3)."""

from schoolgate.wire.soap.contract import HEADER, NAMESPACE, OPERATIONS, PASSWORD, USERNAME, Operation, Parameter, Type
from schoolgate.wire.soap.envelope import escape, escape_attribute

CONTENT_TYPE = "text/xml; charset=utf-8"
"""As text/html it breaks Mono's tool (reference 13.3)."""

_SERVICE = "Service"
_BINDINGS = (("ServiceSoap", "soap"), ("ServiceSoap12", "soap12"))


def write_wsdl(address: str) -> bytes:
    """The WSDL of the service at this address, the one by which it is called."""
    operations = OPERATIONS.values()
    return f"""\
<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" \
xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:s="http://www.w3.org/2001/XMLSchema" \
xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">
  <wsdl:types>
    <s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">
{"".join(map(_elements, operations))}\
      <s:element name="{HEADER}" type="tns:{HEADER}" />
      <s:complexType name="{HEADER}">
        <s:sequence>
{_element(USERNAME, "string", "          ")}\
{_element(PASSWORD, "string", "          ")}\
        </s:sequence>
        <s:anyAttribute />
      </s:complexType>
    </s:schema>
  </wsdl:types>
{"".join(map(_messages, operations))}\
  <wsdl:portType name="ServiceSoap">
{"".join(map(_port_operation, operations))}\
  </wsdl:portType>
{"".join(_binding(name, prefix) for name, prefix in _BINDINGS)}\
  <wsdl:service name="{_SERVICE}">
{"".join(_port(name, prefix, address) for name, prefix in _BINDINGS)}\
  </wsdl:service>
</wsdl:definitions>
""".encode()


def _elements(operation: Operation) -> str:
    result = Parameter(f"{operation.name}Result", operation.result)
    return _wrapper(operation.name, operation.parameters) + _wrapper(f"{operation.name}Response", (result,))


def _wrapper(name: str, children: tuple[Parameter, ...]) -> str:
    if not children:
        return f"""\
      <s:element name="{name}">
        <s:complexType />
      </s:element>
"""
    sequence = "".join(_element(child.name, child.type, "            ") for child in children)
    return f"""\
      <s:element name="{name}">
        <s:complexType>
          <s:sequence>
{sequence}\
          </s:sequence>
        </s:complexType>
      </s:element>
"""


def _element(name: str, type_: Type, indent: str) -> str:
    """A text may be left out; an optional boolean or dateTime would change what is generated (reference 13.2)."""
    least = 0 if type_ == "string" else 1
    return f'{indent}<s:element minOccurs="{least}" maxOccurs="1" name="{name}" type="s:{type_}" />\n'


def _messages(operation: Operation) -> str:
    """Parts of another name than `parameters` make bare proxies (reference 13.2)."""
    name = operation.name
    parts = (
        ("SoapIn", "parameters", name),
        ("SoapOut", "parameters", f"{name}Response"),
        (HEADER, HEADER, HEADER),
    )
    return "".join(
        f"""\
  <wsdl:message name="{name}{suffix}">
    <wsdl:part name="{part}" element="tns:{element}" />
  </wsdl:message>
"""
        for suffix, part, element in parts
    )


def _port_operation(operation: Operation) -> str:
    name = operation.name
    return f"""\
    <wsdl:operation name="{name}">
      <wsdl:documentation>{escape(operation.does)}</wsdl:documentation>
      <wsdl:input message="tns:{name}SoapIn" />
      <wsdl:output message="tns:{name}SoapOut" />
    </wsdl:operation>
"""


def _binding(name: str, prefix: str) -> str:
    operations = "".join(_binding_operation(operation, prefix) for operation in OPERATIONS.values())
    return f"""\
  <wsdl:binding name="{name}" type="tns:ServiceSoap">
    <{prefix}:binding transport="http://schemas.xmlsoap.org/soap/http" style="document" />
{operations}\
  </wsdl:binding>
"""


def _binding_operation(operation: Operation, prefix: str) -> str:
    """The style at each operation is for Perl, the header at each input for everybody (reference 13.1, 13.3)."""
    name = operation.name
    return f"""\
    <wsdl:operation name="{name}">
      <{prefix}:operation soapAction="{operation.action}" style="document" />
      <wsdl:input>
        <{prefix}:body use="literal" />
        <{prefix}:header message="tns:{name}{HEADER}" part="{HEADER}" use="literal" />
      </wsdl:input>
      <wsdl:output>
        <{prefix}:body use="literal" />
      </wsdl:output>
    </wsdl:operation>
"""


def _port(name: str, prefix: str, address: str) -> str:
    return f"""\
    <wsdl:port name="{name}" binding="tns:{name}">
      <{prefix}:address location="{escape_attribute(address)}" />
    </wsdl:port>
"""
