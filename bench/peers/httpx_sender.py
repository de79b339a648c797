"""A plain httpx loop over 8 streams: read, digest, PUT, a durable mark for each.

`python -m bench.peers.httpx_sender URL FOLDER MARKS [TOKEN]`
"""

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

STREAMS = 8


def send(client: httpx.Client, url: str, path: Path, marks: Path) -> None:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    answer = client.put(f"{url}/{digest}/{path.name}", content=body)
    answer.raise_for_status()
    with (marks / path.name).open("wb") as mark:
        mark.write(digest.encode())
        mark.flush()
        os.fsync(mark.fileno())


def main() -> None:
    url, folder, marks = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    paths = sorted(folder.iterdir())
    headers = {"Content-Type": "application/xml"}
    if len(sys.argv) > 4:
        headers["Authorization"] = f"Bearer {sys.argv[4]}"
    with httpx.Client(trust_env=False, timeout=30, headers=headers) as client, ThreadPoolExecutor(STREAMS) as pool:
        for done in [pool.submit(send, client, url, path, marks) for path in paths]:
            done.result()


if __name__ == "__main__":
    main()
