"""The forms of accounts: each states its fields; what happens then stands in the modules that do it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password

from schoolgate.commons.accounts.creating import bound_roles
from schoolgate.commons.accounts.models import MACHINE_ROLES, NAME_TAKEN, User, user_name_letters
from schoolgate.commons.accounts.rights import known_rights


def roles_of_people() -> list[tuple[str, str]]:
    """The roles a person may have on this site, each with what it may do."""
    return [
        (role, f"{role.capitalize()}: {meaning}")
        for role, meaning in settings.SCHOOLGATE_ROLES.items()
        if role not in MACHINE_ROLES
    ]


def roles_to_give() -> list[tuple[str, str]]:
    """Those of them that an administrator gives to a user."""
    return [(role, meaning) for role, meaning in roles_of_people() if role not in bound_roles()]


def rights_of_people() -> list[tuple[str, str]]:
    """The rights a person may be given on this site, each with what it allows."""
    return [(name, f"{name.replace('-', ' ').capitalize()}: {meaning}") for name, meaning in known_rights().items()]


def _password(label: str, *, autocomplete: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=4096,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=150,
        error_messages={"required": "Enter your user name."},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password("Password", autocomplete="current-password")
    password.error_messages["required"] = "Enter your password."


class NewPasswordForm(forms.Form):
    """Choosing a password, typed twice. `user` need not be saved yet: its name is compared with the password."""

    password = _password("New password", autocomplete="new-password")
    again = _password("New password again", autocomplete="new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password, again = given.get("password"), given.get("again")
        if password and again and password != again:
            self.add_error("again", "The two passwords differ.")
        elif password:
            try:
                validate_password(password, self.user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class OwnPasswordForm(NewPasswordForm):
    """Changing one's own password: the present one first."""

    old = _password("Present password", autocomplete="current-password")
    field_order = ("old", "password", "again")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields = ("name", "email")
        labels = {"name": "Name", "email": "E-mail"}


class FirstAdministratorForm(NewPasswordForm):
    """The first person of a new site."""

    username = forms.CharField(
        label="User name", max_length=150, help_text="What you sign in with.", validators=[user_name_letters]
    )
    name = forms.CharField(label="Your name", max_length=150)
    field_order = ("username", "name", "password", "again")

    def clean_username(self) -> str:
        self.user.username = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username=self.user.username).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return self.user.username


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Inviting a colleague."""

    role = forms.ChoiceField(label="Role", choices=roles_to_give, widget=forms.RadioSelect)

    class Meta:
        model = User
        fields = ("username", "name", "email", "role")
        labels = {"username": "User name", "name": "Name", "email": "E-mail"}
        help_texts = {"username": "What the person signs in with. An e-mail address will do."}

    def clean_username(self) -> str:
        return User.normalize_username(self.cleaned_data["username"])


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=roles_to_give, widget=forms.RadioSelect)


class RightsForm(forms.Form):
    """What a person may do beyond the role; `seen` is what the page showed as given, for two who change it at once."""

    rights = forms.MultipleChoiceField(
        label="Rights", choices=rights_of_people, required=False, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
