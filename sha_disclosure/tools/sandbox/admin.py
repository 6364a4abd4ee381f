"""The admin port: pages for people and calls for programs, plain HTTP on loopback.

A second port, since a browser has no client certificate for the first.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import ValidationError

from sha_disclosure.messages import message
from sha_disclosure.tools.sandbox.faults import Fault, Faults
from sha_disclosure.tools.sandbox.pages import Pages
from sha_disclosure.tools.sandbox.server import Counts
from sha_disclosure.tools.sandbox.service import Service
from sha_disclosure.tools.sandbox.store import Store
from sha_disclosure.tools.verifier import MessageFinding

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    # A page of another site must not reach this port through a browser (DNS rebinding).
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        return web.json_response({"error": str(message("sandbox.host"))}, status=403)
    response = await handler(request)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


class Admin:
    """The pages and calls of one sandbox."""

    def __init__(
        self, service: Service, store: Store, faults: Faults, counts: Counts, base_url: str
    ) -> None:
        self._service = service
        self._store = store
        self._faults = faults
        self._counts = counts
        self._base_url = base_url

    def application(self) -> web.Application:
        """Return the admin port's application."""
        application = web.Application(middlewares=[_guard])
        application.add_routes(
            [
                web.get("/", self._overview),
                web.get("/notices/{id}", self._notice),
                web.get("/admin/notices", self._notices),
                web.get("/admin/refusals", self._refusals),
                web.get("/admin/counts", self._counted),
                web.get("/admin/faults", self._waiting),
                web.post("/admin/faults", self._inject),
                web.delete("/admin/faults", self._clear),
            ]
        )
        return application

    async def _overview(self, request: web.Request) -> web.Response:
        refusals = tuple(self._service.refusals)
        pages = _pages(request)
        return _page(pages.overview(self._store.received(), refusals, self._base_url))

    async def _notice(self, request: web.Request) -> web.Response:
        pages = _pages(request)
        found = self._store.received(request.match_info["id"])
        return _page(pages.notice(found[0])) if found else _page(pages.missing(), 404)

    async def _notices(self, _: web.Request) -> web.Response:
        return _json(
            [
                {**asdict(r), "body": len(r.body), "checks": _plain(r.checks)}
                for r in self._store.received()
            ]
        )

    async def _refusals(self, _: web.Request) -> web.Response:
        return _json(
            [
                {**asdict(r), "findings": _plain(r.findings), "checks": _plain(r.checks)}
                for r in self._service.refusals
            ]
        )

    async def _counted(self, _: web.Request) -> web.Response:
        counts = self._counts
        return _json(
            {
                "notices": self._store.count(),
                "connections": counts.connections,
                "handshakes": counts.handshakes,
                "certificates": sorted(counts.certificates),
            }
        )

    async def _waiting(self, _: web.Request) -> web.Response:
        return _json([fault.model_dump() for fault in self._faults.waiting()])

    async def _inject(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return _json({"error": str(message("sandbox.fault_type"))}, 415)
        try:
            self._faults.add(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            fields = tuple(".".join(map(str, e["loc"])) or "fault" for e in error.errors())
            return _json({"error": str(message("sandbox.fault_unfit", fields=fields))}, 400)
        return _json({"waiting": len(self._faults.waiting())}, 201)

    async def _clear(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)


def _pages(request: web.Request) -> Pages:
    """Return the pages in the language asked for: ``?lang=fi``, else the browser's first."""
    asked: str = request.query.get("lang", request.headers.get("Accept-Language", ""))
    return Pages("fi" if asked.lower().startswith("fi") else "en")


def _plain(findings: Iterable[MessageFinding]) -> list[dict[str, Any]]:
    return [
        {
            "check": f.check,
            "name": f.check_name(),
            "passed": f.passed,
            "message": f.message,
            "path": f.path,
        }
        for f in findings
    ]


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _json(value: Any, status: int = 200) -> web.Response:
    return web.json_response(text=json.dumps(value, ensure_ascii=False), status=status)
