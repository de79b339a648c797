"""The form by which a list of tasks is handed over."""

from django import forms


class TaskListForm(forms.Form):
    """A list of tasks as CSV."""

    file = forms.FileField(
        label="CSV file",
        help_text="The tasks of the old product, a line each. The first line names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
