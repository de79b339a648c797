"""Put a document in."""

from typing import Any

from django import forms
from django.conf import settings

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.forms.schools import school_field
from schoolgate.supplier.models import Kind


class PutInForm(forms.Form):
    """A ready XML document, as a file or pasted. `xml` is what was given: bytes of a file, or text."""

    kind = forms.ChoiceField(label="What is it?", choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.ORDER)
    file = forms.FileField(
        label="XML file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )
    text = forms.CharField(
        label="Or paste the XML",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
    )
    doc_id = forms.CharField(
        label="Document id",
        required=False,
        help_text="At most 100 characters, no blanks, used by no other document. Left empty, one is given.",
        widget=forms.TextInput(attrs={"class": "code"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"buyer": school_field(user), **self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file and text.strip():
            self.add_error("text", "Give a file or paste the XML, not both.")
        elif not file and not text.strip():
            self.add_error("file", "Choose a file, or paste the XML.")
        elif file and file.size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
            self.add_error("file", f"The file is larger than {most} MB, which no finance system fetches.")
        else:
            cleaned["xml"] = file.read() if file else text
        return cleaned
