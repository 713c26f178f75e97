"""A site of a few pages that serves the bundles as the product does, with its Content-Security-Policy."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import docx

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "web/static"
CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
Answer: TypeAlias = tuple[int, dict[str, Any]]


@dataclass
class Site:
    """What the site answers: `pages` by path (text or bytes), `posts` what was sent to it, `answer` what it says."""

    pages: dict[str, str | bytes] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Answer] = lambda _body: (200, {})
    address: str = ""

    def put(self, body: str, path: str = "/") -> str:
        """Set a page up whose main part is `body`; give its address."""
        self.pages[path] = page(body)
        return self.address + path

    def put_json(self, path: str, content: Any) -> None:
        self.pages[path] = json.dumps(content)


def manifest() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads((STATIC / "dist/manifest.json").read_text(encoding="utf-8"))
    return read


def page(body: str) -> str:
    files = manifest()
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Duly</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="csrf-token" content="a token">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/{files["app"]["css"]}"><script src="/static/{files["theme"]["js"]}"></script>
<script type="module" src="/static/{files["app"]["js"]}"></script></head>
<body><main id="main" class="container-xl"><h1>A page</h1>{body}</main></body></html>"""


def letter() -> bytes:
    """Write a small .docx."""
    document = docx.Document()
    document.add_paragraph("Dear Ms Nováková, please pay 1,200.00 EUR.")
    document.add_table(2, 2).cell(0, 0).text = "Invoice 17"
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/static/"):
                file = STATIC / path.removeprefix("/static/")
                return self.give(200, file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))
            found = site.pages.get(path)
            if found is None:
                return self.give(404, b"nothing here", "text/plain")
            data = found.encode() if isinstance(found, str) else found
            kind = "application/json" if data[:1] in b"{[" else "text/html" if data[:2] == b"<!" else "text/xml"
            return self.give(200, data, kind)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
            body = json.loads(sent) if self.headers["Content-Type"] == "application/json" else {}
            site.posts.append(body | {"token": self.headers["X-CSRFToken"]})
            status, answer = site.answer(body)
            if "html" in answer:  # as a view answers htmx
                self.give(status, answer["html"].encode(), "text/html", **answer.get("headers", {}))
            else:
                self.give(status, json.dumps(answer).encode(), "application/json")

        def give(self, status: int, data: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing: the tests speak."""

    return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site on a free port as long as the block lasts."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()
