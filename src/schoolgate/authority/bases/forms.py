"""Forms of bases, their accounts and the authority itself."""

from typing import Any

from django import forms

from schoolgate.authority.bases.accounts import ROLE
from schoolgate.authority.bases.models import Base, valid_la_number
from schoolgate.authority.bases.reports import Report, Scope
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import RULES_FOR_PROGRAMS

PASSWORD_HELP = f"Leave empty for a generated one. Else: {'; '.join(RULES_FOR_PROGRAMS)}."


class BaseForm(forms.ModelForm):  # type: ignore[type-arg]  # only its stubs are generic
    """A base's own details."""

    class Meta:
        model = Base
        fields: tuple[str, ...] = ("la", "number", "name", "phase", "notes", "licensed", "active")
        help_texts = {
            "la": "Three digits, of the school's own authority. Withdrawn numbers such as 820 are legal.",
            "number": "Four digits, without the LA number.",
            "licensed": "Counts for this authority's own schools. Others stand on the Out of County licence.",
            "active": "A base that is not active can send nothing.",
        }
        widgets = {
            "la": forms.TextInput(attrs={"inputmode": "numeric"}),
            "number": forms.TextInput(attrs={"inputmode": "numeric"}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }


class AddBaseForm(BaseForm):
    """A new base, with an exchange account of its own or one that serves other bases already."""

    account = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Exchange account",
        empty_label="A new one for this school",
        help_text="Choose another school's account when one program sends for both.",
    )
    user = forms.CharField(
        required=False, max_length=150, label="User name", help_text="Leave empty for the school's seven digits."
    )
    email = forms.EmailField(required=False, label="E-mail", help_text="Whom to send the connection code to.")
    by_code = forms.BooleanField(
        required=False,
        label="Give a connection code instead of a password",
        help_text="The school types it once, and its program gets a password by itself.",
    )
    password = forms.CharField(
        required=False,
        max_length=200,
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )

    class Meta(BaseForm.Meta):
        fields = ("la", "number", "name", "phase", "notes", "licensed")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["licensed"] = True
        accounts: Any = self.fields["account"]
        accounts.queryset = User.objects.filter(role=ROLE, is_active=True)


class NewPasswordForm(forms.Form):
    """Another password for an exchange account."""

    password = forms.CharField(
        required=False,
        max_length=200,
        strip=False,
        label="New password",
        help_text=PASSWORD_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )


class ImportForm(forms.Form):
    """A list of schools."""

    file = forms.FileField(
        label="CSV file",
        help_text="Columns: name, LA no., school no. (or DfE no. for both); if wanted phase, user, licence, e-mail.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )


class OutOfCountyForm(forms.Form):
    """The one licence for all schools of other LAs."""

    out_of_county = forms.BooleanField(required=False, label="This authority has the Out of County licence")


class AuthorityForm(forms.Form):
    """What schools are told of this authority, and its rules for passwords, codes and warnings."""

    number = forms.CharField(
        label="LA number", validators=[valid_la_number], help_text="Three digits. Files name it as their destination."
    )
    name = forms.CharField(max_length=150, help_text="As schools know it. It stands on every page and on receipts.")
    contact = forms.CharField(
        max_length=300, required=False, label="Whom to ask", help_text="Name, telephone and hours, told to schools."
    )
    password_days = forms.IntegerField(
        min_value=0,
        max_value=3650,
        label="Days until an exchange account's password expires",
        help_text="0: never.",
    )
    code_days = forms.IntegerField(
        min_value=1, max_value=90, initial=14, label="Days for which a connection code is good"
    )
    warning_days = forms.IntegerField(
        min_value=0,
        max_value=365,
        label="Days ahead that something which ends is told on the first page",
        help_text="Passwords of exchange accounts, connection codes, certificates.",
    )
    silent_days = forms.IntegerField(
        min_value=1,
        max_value=365,
        label="Days without a file until a school is called silent",
        help_text="In the daily summary and in the report of schools without a file.",
    )
    maintenance_until = forms.DateTimeField(
        required=False,
        label="Maintenance until",
        help_text="Until then schools' programs keep their files and try again by themselves. Empty: none.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "A date is written 2026-11-19."},
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ScopeForm(forms.Form):
    """What a report is asked about. What cannot be read is told, and narrows nothing."""

    base = forms.ModelChoiceField(
        queryset=Base.objects.order_by("name", "la", "number"), required=False, label="School", empty_label="All"
    )
    first = _day("From")
    last = _day("To")
    days = forms.IntegerField(required=False, min_value=1, max_value=3650, label="Days")

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._usual_days = report.usual_days
        if not report.asks_dates:
            del self.fields["first"], self.fields["last"]
        if not report.asks_days:
            del self.fields["days"]
        else:
            self.fields["days"].initial = report.usual_days

    @property
    def scope(self) -> Scope:
        """What is asked, as far as it can be read."""
        # Asking for the errors reads the fields.
        asked = self.cleaned_data if self.is_bound and self.errors is not None else {}
        return Scope(asked.get("base"), asked.get("first"), asked.get("last"), asked.get("days") or self._usual_days)
