"""Forms of suppliers: one, and many from a list."""

from collections.abc import Mapping
from typing import Any

from django import forms

from schoolgate.commons.web.seen import SeenForm
from schoolgate.school.purchasing.chart import link_in, usable_in
from schoolgate.school.purchasing.forms.set_up import CodingField
from schoolgate.school.purchasing.models import Coding, OrderMethod, WebService
from schoolgate.school.purchasing.years import current_year

CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}


class SupplierForm(SeenForm):
    """A supplier, field for field `suppliers.CHANGEABLE`."""

    name = forms.CharField(label="Name", max_length=150, error_messages={"required": "Enter the supplier’s name."})
    account_number = forms.CharField(
        label="Account number",
        max_length=35,
        required=False,
        help_text="The number that the supplier has for your school.",
        widget=forms.TextInput(attrs=CODE),
    )
    duns = forms.CharField(
        label="DUNS number",
        max_length=20,
        required=False,
        help_text="Nine digits; the supplier knows it. Baskets and invoices are known by it.",
        widget=forms.TextInput(attrs={**CODE, "inputmode": "numeric"}),
    )
    xml_reference_number = forms.CharField(
        label="XML reference number",
        max_length=35,
        required=False,
        help_text="Your own number for the supplier. Left empty, it is the DUNS number, which is best.",
        widget=forms.TextInput(attrs=CODE),
    )
    order_method = forms.ChoiceField(
        label="Order method",
        choices=OrderMethod.choices,
        initial=OrderMethod.PRINT,
        help_text="e-procurement needs a web service and a DUNS number. e-mail is for suppliers who have no web "
        "service: it needs an address, an account number and an XML reference number, and nobody is told whether it is "
        "read.",
        widget=forms.RadioSelect,
    )
    web_service: Any = forms.ModelChoiceField(
        WebService.objects.all(), label="Web service", required=False, empty_label="None"
    )
    address = forms.CharField(
        label="Address",
        max_length=500,
        required=False,
        help_text="Without the name: on an order that is posted it stands below it.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    email = forms.EmailField(label="E-mail", required=False)
    telephone = forms.CharField(label="Telephone", max_length=40, required=False)
    post_and_packing: Any = CodingField(
        Coding.objects.none(),
        label="Coding of post and packing",
        required=False,
        empty_label="The establishment’s",
        help_text="For these lines of its invoices. Each year it is the link of the same three codes.",
    )

    def __init__(self, data: Any = None, *, now: Mapping[str, Any]) -> None:
        super().__init__(data, now=now)
        year = current_year()
        codings: Any = self.fields["post_and_packing"]
        codings.queryset = usable_in(year)
        if (present := now.get("post_and_packing")) is not None:
            # It stands for the link of its three codes in every year, which is not offered beside it.
            here = link_in(year, str(present)) if year else None
            others = codings.queryset.exclude(pk=here.pk) if here else codings.queryset
            codings.queryset = others | Coding.objects.filter(pk=present.pk)


class SuppliersListForm(forms.Form):
    """A CSV list of suppliers."""

    file = forms.FileField(
        label="CSV file",
        help_text="Its first line names the columns: Name, Account no., DUNS, XML ref., Order method, Web service, "
        "Address, E-mail, Telephone. Only the name is needed. A supplier that is here is changed where the file says "
        "something; an empty cell leaves what is there.",
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    only_look = forms.BooleanField(label="Only say what would become of each line", required=False)
