"""The WSDL holds what tools of other makers need to build a right client (reference 2.3, 13.1 to 13.3)."""

import pytest
from lxml import etree

from schoolgate.wire.soap.contract import NAMESPACE, OPERATIONS
from schoolgate.wire.soap.wsdl import write_wsdl

NAMES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
    "s": "http://www.w3.org/2001/XMLSchema",
}
WSDL = etree.fromstring(write_wsdl('https://shop.example/Service.asmx?a=1&b="2"'))


def found(path: str) -> list[str]:
    result = WSDL.xpath(path, namespaces=NAMES)
    assert isinstance(result, list)
    return [str(one) for one in result]


def test_both_ports_name_the_address_by_which_it_is_called() -> None:
    locations = found("//wsdl:port/soap:address/@location") + found("//wsdl:port/soap12:address/@location")
    assert locations == ['https://shop.example/Service.asmx?a=1&b="2"'] * 2


def test_names_are_qualified() -> None:
    assert found("//s:schema/@elementFormDefault") == ["qualified"]
    assert found("/*/@targetNamespace") == found("//s:schema/@targetNamespace") == [NAMESPACE]


@pytest.mark.parametrize("prefix", ["soap", "soap12"])
def test_each_input_has_the_auth_header_and_each_operation_its_style_and_action(prefix: str) -> None:
    binding = f"//wsdl:binding[{prefix}:binding]/wsdl:operation"
    assert found(f"{binding}/wsdl:input/{prefix}:header[@use='literal']/@part") == ["AuthHeader"] * len(OPERATIONS)
    assert found(f"{binding}/wsdl:input/{prefix}:header/@message") == [f"tns:{name}AuthHeader" for name in OPERATIONS]
    assert found(f"{binding}/{prefix}:operation[@style='document']/@soapAction") == [
        f"{NAMESPACE}/{name}" for name in OPERATIONS
    ]


def test_message_parts_are_called_parameters_and_the_headers_by_its_name() -> None:
    assert set(found("//wsdl:message[not(contains(@name, 'AuthHeader'))]/wsdl:part/@name")) == {"parameters"}
    assert set(found("//wsdl:message[contains(@name, 'AuthHeader')]/wsdl:part/@name")) == {"AuthHeader"}


def test_only_texts_may_be_left_out() -> None:
    assert set(found("//s:element[@minOccurs='0']/@type")) == {"s:string"}
    assert set(found("//s:element[@minOccurs='1']/@type")) == {"s:boolean", "s:dateTime"}


def test_parameters_and_results_are_the_contracts() -> None:
    for operation in OPERATIONS.values():
        parameters = [parameter.name for parameter in operation.parameters]
        assert found(f"//s:element[@name='{operation.name}']//s:element/@name") == parameters
        assert found(f"//s:element[@name='{operation.name}Response']//s:element/@name") == [f"{operation.name}Result"]


def test_every_name_that_is_referred_to_is_declared() -> None:
    declared = {*found("//wsdl:message/@name"), *found("//s:schema/s:element/@name"), *found("//wsdl:binding/@name")}
    declared |= {*found("//wsdl:portType/@name"), *found("//s:complexType/@name")}
    referred = found(
        "//@message | //@element | //@binding | //wsdl:binding/@type | //s:element[starts-with(@type, 'tns:')]/@type"
    )
    assert {name.removeprefix("tns:") for name in referred} <= declared
