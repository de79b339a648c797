"""`schoolgate authority school-package`: the program that schools may download here."""

from pathlib import Path

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json


@click.command("school-package", help="Offer schools the zip of a release; without a file, say what is offered.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--withdraw", is_flag=True, help="Offer nothing from now on.")
@as_json
@at_home("authority")
def school_package(file: Path | None, withdraw: bool, as_json: bool) -> None:
    from schoolgate.authority.bases.models import ProgramPackage
    from schoolgate.authority.bases.school_program import PackageRefused, offer_package, withdraw_packages

    if file is not None and withdraw:
        raise WrongCall("Either a file, or --withdraw.")
    if withdraw:
        withdraw_packages(by=None)
    elif file is not None:
        try:
            offer_package(file, by=None)
        except PackageRefused as error:
            raise Failed(str(error)) from None
    package = ProgramPackage.objects.offered()
    if as_json:
        fields = ("version", "name", "sha256", "size", "added_at")
        print_json({field: getattr(package, field) for field in fields} if package else None)
    elif package is None:
        click.echo("Schools are offered no program.")
    else:
        click.echo(f"Schools may download {package.name}, version {package.version}, SHA-256 {package.sha256}.")
