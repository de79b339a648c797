"""`schoolgate SITE VERB`, and the commands that need no site: check, sample, schema, verify-receipt, demo."""

import click

from schoolgate import __version__
from schoolgate.sites.commands.authority import authority
from schoolgate.sites.commands.demonstration import demo
from schoolgate.sites.commands.documents import check, schema, verify_receipt
from schoolgate.sites.commands.samples import sample
from schoolgate.sites.commands.school import school
from schoolgate.sites.commands.simulate import simulate
from schoolgate.sites.commands.supplier import supplier
from schoolgate.sites.commands.test_service import test_service


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="schoolgate")
def main() -> None:
    """Moves documents between schools, local authorities and suppliers, and proves that they arrived."""


for command in (authority, school, supplier, demo, check, sample, schema, verify_receipt, test_service, simulate):
    main.add_command(command)

if __name__ == "__main__":
    main()
