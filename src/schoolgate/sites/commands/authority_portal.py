"""`schoolgate authority portal`: who of a school's own people may sign in to the School Portal."""

from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.authority_collection import base_numbered
from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.authority.bases.models import Base
    from schoolgate.commons.accounts.models import User


@click.group("portal", help="The schools' own people, who see their school in the School Portal.")
def portal() -> None:
    pass


@portal.command("people", help="Who may sign in; of one school (8204321), or of all.")
@click.argument("dfe", required=False)
@as_json
@limit_rows
@at_home("authority")
def people(dfe: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.school_portal.people import people_of

    bases = [base_numbered(dfe)] if dfe is not None else Base.objects.filter(people__isnull=False).distinct()
    rows = [_row(base, person) for base in bases for person in people_of(base)]
    columns = ["school", "name", "user", "email", "state", "last_login"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nobody may sign in for a school.")


@portal.command("invite", help="Let somebody sign in for a school; prints the link to choose a password, once.")
@click.argument("dfe")
@click.option("--user", "username", required=True, help="The user name; an e-mail address will do.")
@click.option("--name", default="", help="The person's name.")
@click.option("--email", default="")
@click.option("--with-password", is_flag=True, help="Make a password instead of a link, for a new user.")
@as_json
@at_home("authority")
def invite(dfe: str, username: str, name: str, email: str, with_password: bool, as_json: bool) -> None:
    from django.core.exceptions import ValidationError

    from schoolgate.authority.school_portal.people import PeopleRefused
    from schoolgate.authority.school_portal.people import invite as invite_person
    from schoolgate.commons.accounts.models import User
    from schoolgate.commons.accounts.passwords import make_password_text

    base = base_numbered(dfe)
    if with_password and User.objects.filter(username=User.normalize_username(username)).exists():
        raise Failed(f"There is a user '{username}' already, who keeps the password. Leave out --with-password.")
    password = make_password_text() if with_password else None
    try:
        invited = invite_person(base, username, name=name, email=email, password=password, by=None)
    except PeopleRefused as refused:
        raise Failed(str(refused)) from None
    except ValidationError as error:
        raise Failed(" ".join(error.messages)) from None
    if as_json:
        told = {"la": base.la, "school": base.number, "user": invited.person.username, "role": invited.person.role}
        print_json({**told, "password": password, "link": invited.link})
    elif with_password:
        click.echo(f"{username} may sign in for {base.name} with the password (shown only now): {password}")
    elif invited.link:
        click.echo(f"{username} chooses a password by this link (shown only now): {invited.link}")
    else:
        click.echo(f"{username} may sign in for {base.name}, with the password of before.")


@portal.command("remove", help="Keep somebody out of a school; who works for no other one is switched off.")
@click.argument("dfe")
@click.option("--user", "username", required=True)
@as_json
@at_home("authority")
def remove(dfe: str, username: str, as_json: bool) -> None:
    from schoolgate.authority.school_portal.people import people_of
    from schoolgate.authority.school_portal.people import remove as remove_person
    from schoolgate.commons.accounts.models import User

    base = base_numbered(dfe)
    person = people_of(base).filter(username=User.normalize_username(username)).first()
    if person is None:
        raise Failed(f"{username} is none of the people of {base.name}.")
    remove_person(base, person, by=None)
    person.refresh_from_db()
    if as_json:
        print_json(_row(base, person))
    else:
        click.echo(f"{username} may no longer sign in for {base.name}.")


def _row(base: "Base", person: "User") -> dict[str, object]:
    return {
        "la": base.la,
        "number": base.number,
        "school": base.name,
        "user": person.username,
        "name": person.name,
        "email": person.email,
        "state": person.state,
        "last_login": person.last_login,
    }
