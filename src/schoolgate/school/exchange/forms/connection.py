"""Connection: Use Proxy and its three fields, Security protocol type (handbook 04)."""

from django import forms

from schoolgate.school.exchange.administration.line import (
    FIELDS,
    TLS_WORDS,
    Line,
    has_proxy_password,
    is_empty,
    line_as_it_is,
)


class LineForm(forms.Form):
    """The line out, the same for every LA. The password shows itself to nobody."""

    use_proxy = forms.BooleanField(
        label="Use Proxy",
        required=False,
        help_text="Tick it if your network has a proxy to the internet. The three fields are needed then.",
    )
    proxy_name = forms.CharField(
        label="Proxy Name",
        required=False,
        max_length=300,
        help_text="Its name or IP address, with the port behind a colon: proxy.school.example:8080. "
        "Without a port it is 8080; an IPv6 address stands in brackets.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proxy_user = forms.CharField(
        label="Proxy User Name",
        required=False,
        max_length=150,
        help_text="One made for this program is best: if its access ends, nothing is sent any more.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proxy_password = forms.CharField(
        label="Proxy Password",
        required=False,
        max_length=300,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    tls_minimum = forms.ChoiceField(
        label="Security protocol type",
        choices=list(TLS_WORDS.items()),
        help_text="Leave it at TLS 1.2 or newer unless you were told otherwise.",
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what forms take
        used = bool(self.data.get("use_proxy") if self.is_bound else self.initial.get("use_proxy"))
        for name in FIELDS:
            self.fields[name].required = used
            self.fields[name].error_messages["required"] = is_empty(name)
        if has_proxy_password():
            self.fields["proxy_password"].required = False
            self.fields["proxy_password"].help_text = "Left empty, the password stays as it is."

    @classmethod
    def as_it_is(cls) -> "LineForm":
        """The form with what is set now."""
        line = line_as_it_is()
        return cls(
            initial={
                "use_proxy": line.use_proxy,
                "proxy_name": line.proxy_name,
                "proxy_user": line.proxy_user,
                "tls_minimum": line.tls_minimum,
            }
        )

    def line(self) -> Line:
        """What was asked for; an empty password is none that is asked for."""
        given = self.cleaned_data
        return Line(
            use_proxy=given["use_proxy"],
            proxy_name=given["proxy_name"],
            proxy_user=given["proxy_user"],
            proxy_password=given["proxy_password"] or None,
            tls_minimum=given["tls_minimum"],
        )
