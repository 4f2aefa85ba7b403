"""A person's session over plain HTTP, without a browser: cookies and the double-submit token kept by hand."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Visitor:
    """Whoever asks `address`; one at a time."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """(status, JSON or None) of one request, as our own pages send it."""
        headers = {
            "Origin": self.address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRF-TOKEN": self.cookies.get("kp_csrf", ""),
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        with closing(http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)) as line:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            for told in answer.headers.get_all("Set-Cookie", []):
                name, _, rest = told.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            data = answer.read()
        return answer.status, json.loads(data) if data[:1] in (b"{", b"[") else None


def first_account(address: str) -> Visitor:
    """The admin of a fresh home, signed in."""
    alice = Visitor(address)
    status, told = alice.ask(
        "POST", "/api/auth/setup", {"name": "Alice", "password": "correct horse battery"}
    )
    assert status == 201, told
    return alice
