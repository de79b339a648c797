"""Send a file."""

from django import forms


class SendForm(forms.Form):
    """A file from the browser."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text="The pupil file from your MIS, called like 8204321_CES_820LLLL_038.xml.",
        error_messages={"required": "Choose the file first.", "missing": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )
