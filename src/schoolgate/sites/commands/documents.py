"""check, schema, verify-receipt: about documents alone, with no site and no Django."""

import errno
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, print_json

if TYPE_CHECKING:
    from schoolgate.documents.students.versions import SchemaShelf


@click.command(
    help="Check documents of every kind known here: pupil and personnel files as a school site does before it sends "
    "them, orders, invoices, credit notes and fetch indexes. Exit code 1 when one is refused."
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--schemas", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of further schemas."
)
@click.option("--supplier-duns", default="", help="The supplier's that orders and invoices should have.")
@click.option("--buyer-duns", default="", help="The school's that orders and invoices should have.")
@as_json
def check(files: tuple[Path, ...], schemas: Path | None, supplier_duns: str, buyer_duns: str, as_json: bool) -> None:
    shelf = _shelf(schemas)
    reports = []
    for path in files:
        try:
            if path.exists() and not path.is_file():
                raise OSError(errno.EINVAL, "it is no file")
            with path.open("rb") as stream:
                report, lines = _checked(stream, path, shelf, supplier_duns, buyer_duns)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            report, lines = {"accepted": False, "error": reason}, iter([f"{path}: {reason}"])
        reports.append({"file": str(path), **report})
        if not as_json:
            for line in lines:
                click.echo(line)
    if as_json:
        print_json(reports)
    sys.exit(0 if all(report["accepted"] for report in reports) else 1)


def _checked(
    stream: BinaryIO, path: Path, shelf: "SchemaShelf", supplier_duns: str, buyer_duns: str
) -> tuple[dict[str, Any], Iterator[str]]:
    """What is said of one file: for programs, and in lines. Raises OSError."""
    from schoolgate.documents.ebis.checking import check_document
    from schoolgate.documents.ebis.report import checked_as_json, checked_lines
    from schoolgate.documents.ebis.schema import is_ebis
    from schoolgate.documents.students.check import check_stream
    from schoolgate.documents.students.report import verdict_as_json, verdict_lines
    from schoolgate.documents.xml import BLOCK

    start = stream.read(BLOCK)
    stream.seek(0)
    if is_ebis(start):
        checked = check_document(stream.read(), supplier_duns=supplier_duns, buyer_duns=buyer_duns)
        return checked_as_json(checked), checked_lines(checked, str(path))
    verdict = check_stream(stream, name=path.name, shelf=shelf, door="any")
    return verdict_as_json(verdict), verdict_lines(verdict, str(path))


@click.command(
    help="Print the schema a document is checked against: CES, CTF, PER, order, invoice or fetch-index; the newest "
    "when no version is named."
)
@click.argument("kind")
@click.option("--version", "version", help="For example 3.73.")
@click.option(
    "--schemas", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of further schemas."
)
def schema(kind: str, version: str | None, schemas: Path | None) -> None:
    from schoolgate.documents.ebis.schema import SCHEMA_WORDS, SCHEMAS, schema_text
    from schoolgate.documents.problems import DocumentError

    try:
        known = kind.lower() in SCHEMA_WORDS
        text = schema_text(kind, version) if known else _shelf(schemas).schema_text(kind, version)
    except DocumentError as error:
        also = f" And of purchasing: {', '.join(SCHEMAS)}." if error.code == "kind-unknown" else ""
        raise WrongCall(f"{error}{also}") from None
    click.echo(text, nl=False)


@click.command("verify-receipt", help="Verify a receipt, and that FILE is the file it speaks of. Works offline.")
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The LA's public keys (JWKS)."
)
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="School home that keeps the LA's keys.")
@as_json
def verify_receipt(receipt: Path, file: Path | None, keys: Path | None, home: Path | None, as_json: bool) -> None:
    from schoolgate.sites.home import default_folder
    from schoolgate.wire.receipts import ReceiptError, verify_receipt_file

    kept = (home or default_folder("school")) / "receipt-keys"
    try:
        text = receipt.read_text("utf-8")
        jwks = {"keys": _read_keys(keys) if keys else _kept_keys(kept)}
        if file is None:
            proven = verify_receipt_file(text, jwks, None)
        else:
            with file.open("rb") as plain:
                proven = verify_receipt_file(text, jwks, plain)
    except (OSError, ValueError) as error:
        raise Failed(f"Cannot read the receipt or the keys: {error}") from None
    except ReceiptError as error:
        raise Failed(f"{error.code}: {error}") from None
    if as_json:
        print_json(
            {
                "issuer": proven.issuer,
                "base": proven.base,
                "kind": proven.kind,
                "name": proven.name,
                "sha256": proven.sha256,
                "size": proven.size,
                "received": proven.received,
                "ref": proven.ref,
                "file_compared": file is not None,
            }
        )
        return
    click.echo(f"Genuine. {proven.issuer} received {proven.name} ({proven.size:,} bytes) from school {proven.base}")
    click.echo(f"at {proven.received:%Y-%m-%d %H:%M:%S} UTC, receipt {proven.ref}.")
    click.echo("The file given is the one received." if file else "No file was given to compare.")


def _shelf(schemas: Path | None) -> "SchemaShelf":
    from schoolgate.documents.problems import DocumentError
    from schoolgate.documents.students.versions import default_shelf

    try:
        return default_shelf(schemas)
    except DocumentError as error:
        raise WrongCall(str(error)) from None


def _read_keys(path: Path) -> list[dict[str, Any]]:
    """The keys of a JWKS file. Raises ValueError when it is none, OSError."""
    jwks = json.loads(path.read_text("utf-8"))
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        raise ValueError(f"{path.name} is no set of keys (JWKS).")  # noqa: TRY004  of a file, not of an argument
    return keys


def _kept_keys(folder: Path) -> list[dict[str, Any]]:
    """All public keys that the school site fetched over TLS while sending, in one set."""
    keys = [key for path in sorted(folder.glob("*.json")) for key in _read_keys(path)]
    if not keys:
        raise WrongCall(f"No keys are kept in {folder}. Name the school's --home, or the LA's keys with --keys.")
    return keys
