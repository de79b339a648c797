"""The LAs' public keys as fetched over TLS, kept in the home: `schoolgate verify-receipt` reads them there, offline."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings


def keys_folder() -> Path:
    """The folder of the key sets, one `<LA number>.json` each."""
    return Path(settings.SCHOOLGATE_HOME.receipt_keys)


def kept_keys(la: str) -> dict[str, Any]:
    """The LA's public keys as last fetched; an empty set when there are none."""
    try:
        kept = json.loads((keys_folder() / f"{la}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {"keys": []}
    return kept if isinstance(kept, dict) else {"keys": []}


def keep_keys(la: str, keys: dict[str, Any]) -> None:
    """Keep the keys beside those of before, since old receipts were signed with keys the LA may no longer list."""
    former = {key.get("kid"): key for key in kept_keys(la).get("keys", []) if isinstance(key, dict)}
    fetched = {key.get("kid"): key for key in keys["keys"] if isinstance(key, dict)}
    merged = {**former, **fetched}
    if merged == former:
        return
    folder = keys_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    aside = folder / f".{la}-{secrets.token_hex(4)}"
    aside.write_text(json.dumps({"keys": list(merged.values())}, indent=2) + "\n", "utf-8")
    aside.replace(folder / f"{la}.json")
