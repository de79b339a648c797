"""Forms of the ledger's set-up: establishment, years, account codes, links, VAT codes, templates, rights, lists."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from schoolgate.commons.web.seen import SeenForm
from schoolgate.school.purchasing.chart import usable_in
from schoolgate.school.purchasing.forms.typed import DunsField, PoundsField
from schoolgate.school.purchasing.models import Coding, CostCentre, FinancialYear, Fund, LedgerCode
from schoolgate.school.purchasing.set_up_csv import LARGEST_BUDGET
from schoolgate.school.purchasing.vat import SENT_AS

CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}
NET = "In pounds for the year, net of VAT: schools reclaim VAT, so that it does not count against a budget."


class EstablishmentForm(SeenForm):
    """Whose ledger this is, and what its documents say of it."""

    name = forms.CharField(label="Name", max_length=150, required=False, help_text="As suppliers know the school.")
    duns = DunsField(
        label="DUNS number",
        required=False,
        help_text="Nine digits. Suppliers’ baskets name it, and one with another number is refused.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", **CODE}),
    )
    language = forms.RegexField(
        r"^[A-Za-z]{2}([-_][A-Za-z]{2})?$",
        label="System language",
        help_text="Usually en. A basket in another language is refused.",
        error_messages={"invalid": "Two letters, such as en."},
        widget=forms.TextInput(attrs=CODE),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label="Currency",
        help_text="Usually GBP. A basket in another currency is refused.",
        error_messages={"invalid": "Three capital letters, such as GBP."},
        widget=forms.TextInput(attrs=CODE),
    )
    order_prefix = forms.CharField(
        label="Before order numbers",
        required=False,
        max_length=10,
        help_text="Such as PO-. It may be empty.",
        widget=forms.TextInput(attrs=CODE),
    )
    next_order = forms.IntegerField(
        label="Next order number",
        min_value=1,
        max_value=999_999_999,
        help_text="The next order gets this number; one that is taken is passed over.",
    )
    delivery_address = forms.CharField(
        label="Delivery address",
        required=False,
        max_length=600,
        help_text="The establishment’s name alone in the first line, its address below. An order may have its own.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    email = forms.EmailField(
        label="E-mail for suppliers",
        required=False,
        max_length=254,
        help_text="Where suppliers answer to an order that went to them by e-mail.",
    )
    post_and_packing = forms.ChoiceField(
        label="Coding of post and packing",
        required=False,
        help_text="For suppliers that have none of their own. Each year it is the link of the same three codes.",
        error_messages={"invalid_choice": "“%(value)s” is not linked and open in the current year."},
    )
    buyer_duns_may_lack = forms.BooleanField(
        label="Take a basket that does not say for whom it is",
        required=False,
        help_text="Some shops leave the school’s DUNS number out. Such a basket then comes in with a warning.",
    )
    invoice_tolerance = forms.IntegerField(
        label="Tolerance of invoices, in pence",
        min_value=0,
        max_value=999,
        help_text="Suppliers round in other ways than we do. Sums that are out by no more than this for each line and "
        "each rate of VAT are right; a larger difference waits for a person.",
    )
    goods_first = forms.BooleanField(
        label="Goods must be received before their invoice is authorised for payment",
        required=False,
        help_text="For a school that records every delivery. Left unticked, the invoice’s page shows what has come.",
    )

    def __init__(self, data: Any = None, *, now: Mapping[str, Any], year: FinancialYear | None) -> None:
        super().__init__(data, now=now)
        names = {str(coding): name_of(coding) for coding in usable_in(year)}
        present = now["post_and_packing"]
        if present and present not in names:
            names[present] = f"{present} – not linked and open in the current year"
        field: Any = self.fields["post_and_packing"]
        field.choices = [("", "None"), *names.items()]


class YearForm(forms.Form):
    """A new financial year, with what it takes from the year before."""

    name = forms.CharField(label="Name", max_length=20, help_text="Such as 2027-28.")
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class CopyForm(forms.Form):
    """What a year takes from another."""

    from_year = forms.ModelChoiceField(FinancialYear.objects.none(), label="From", empty_label=None)
    budgets = forms.BooleanField(
        label="Take the budgets along", required=False, help_text="Else the links are there and have no budget yet."
    )

    def __init__(self, *args: Any, to_year: FinancialYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years: Any = self.fields["from_year"]
        years.queryset = FinancialYear.objects.exclude(pk=to_year.pk)


class CodeForm(SeenForm):
    """A fund, a ledger code or a cost centre."""

    code = forms.CharField(label="Code", max_length=20, widget=forms.TextInput(attrs=CODE))
    name = forms.CharField(label="Name", max_length=100)
    open = forms.BooleanField(label="Open", required=False, help_text="Nothing new is coded to a closed one.")


class BudgetForm(SeenForm):
    """The budget of a link, and whether it is open."""

    budget = PoundsField(
        label="Budget",
        required=False,
        min_value=0,
        max_value=LARGEST_BUDGET,
        decimal_places=2,
        help_text=f"{NET} Left empty, there is nothing to spend.",
    )
    open = forms.BooleanField(label="Open", required=False, help_text="Nothing new is coded to a closed link.")


class LinkForm(BudgetForm):
    """A new link: the three, and their budget."""

    fund: Any = forms.ModelChoiceField(Fund.objects.none(), label="Fund")
    ledger_code: Any = forms.ModelChoiceField(LedgerCode.objects.none(), label="Ledger code")
    cost_centre: Any = forms.ModelChoiceField(CostCentre.objects.none(), label="Cost centre")

    field_order = ("fund", "ledger_code", "cost_centre", "budget", "open")

    def __init__(self, data: Any = None, *, now: Mapping[str, Any], year: FinancialYear) -> None:
        super().__init__(data, now=now)
        for name, codes in (
            ("fund", year.funds),
            ("ledger_code", year.ledger_codes),
            ("cost_centre", year.cost_centres),
        ):
            field: Any = self.fields[name]
            field.queryset = codes.filter(open=True)
            field.empty_label = f"Choose the {field.label.lower()}"


class VatForm(SeenForm):
    """A VAT code and its rate."""

    code = forms.CharField(label="Code", max_length=10, widget=forms.TextInput(attrs=CODE))
    name = forms.CharField(label="Name", max_length=60)
    rate = forms.DecimalField(
        label="Rate in per cent",
        min_value=0,
        max_value=Decimal(100),
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    sent_as = forms.ChoiceField(
        label="Sent as",
        required=False,
        choices=[("", "Not said"), *SENT_AS],
        help_text="What orders say of it. The UK Gov profile knows S, L, Z and E.",
    )
    standard = forms.BooleanField(
        label="Taken where a document says only the rate",
        required=False,
        help_text="One of the open codes of a rate is. Ticked here, no other one of this rate is any more.",
    )
    open = forms.BooleanField(label="Open", required=False, help_text="No new line gets a closed code.")


def name_of(coding: Coding) -> str:
    """A fund, ledger code and cost centre with their names, as lists to choose from have them."""
    return f"{coding} – {coding.cost_centre.name}, {coding.ledger_code.name}, {coding.fund.name}"


class CodingField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A fund, ledger code and cost centre that are linked and open, chosen with their names."""

    def label_from_instance(self, obj: Any) -> str:
        return name_of(obj)


class TemplateForm(SeenForm):
    """Who and what a coding template is for, and what it codes."""

    login = forms.CharField(
        label="Login or name",
        required=False,
        max_length=100,
        help_text="As the supplier’s site says who filled the basket. Empty: anybody.",
        widget=forms.TextInput(attrs=CODE),
    )
    cost_centre = forms.CharField(
        label="Cost centre of the line",
        required=False,
        max_length=50,
        help_text="As it was typed on the supplier’s site. Empty: any, or none.",
        widget=forms.TextInput(attrs=CODE),
    )
    coding = CodingField(
        Coding.objects.none(), label="Fund / Ledger code / Cost centre", empty_label="Choose what is linked"
    )

    def __init__(self, data: Any = None, *, now: Mapping[str, Any], year: FinancialYear) -> None:
        super().__init__(data, now=now)
        coding: Any = self.fields["coding"]
        coding.queryset = usable_in(year)
        if (present := now.get("coding")) is not None:
            coding.queryset |= Coding.objects.filter(pk=present.pk)


class RightsForm(SeenForm):
    """What a person may do in the ledger."""

    raises = forms.BooleanField(label="Raises and codes orders", required=False)
    imports = forms.BooleanField(label="Imports documents from suppliers", required=False)
    authorises_to = PoundsField(
        label="Authorises orders up to",
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST_BUDGET,
        decimal_places=2,
        help_text="The whole order in pounds, with VAT. Left empty: authorises none.",
    )
    enters_invoices = forms.BooleanField(
        label="Enters invoices and deliveries",
        required=False,
        help_text="By hand, and accepts with a reason what differs in one that came in.",
    )
    pays_to = PoundsField(
        label="Authorises invoices for payment up to",
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST_BUDGET,
        decimal_places=2,
        help_text="The whole invoice in pounds, with VAT. Left empty: authorises none.",
    )
    over_budget = forms.BooleanField(
        label="Authorises what a budget has no room for", required=False, help_text="With a reason, which is kept."
    )
    sets_up = forms.BooleanField(
        label="Sets the ledger up", required=False, help_text="Codes, budgets, suppliers, and these rights."
    )


class OwnOrdersForm(SeenForm):
    """Whether duties are separate."""

    own_orders = forms.BooleanField(
        label="Somebody may authorise alone what they raised",
        required=False,
        help_text="Left unticked, a second person authorises every order.",
    )


class ListForm(forms.Form):
    """A CSV list of a part of the set-up."""

    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
