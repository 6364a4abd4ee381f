"""The admin port: pages for people and an API for programs, as plain HTTP on loopback.

It is a second port because a browser has no client certificate for the first.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Literal
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import ValidationError

from sha_disclosure.editions import Edition
from sha_disclosure.messages import LANGUAGES, Language, Message, message
from sha_disclosure.tools.sandbox import listing
from sha_disclosure.tools.sandbox.faults import Fault, Faults
from sha_disclosure.tools.sandbox.listing import SHOWN, Choice, Shown, whole_number
from sha_disclosure.tools.sandbox.pages import Overview, Pages, web_file
from sha_disclosure.tools.sandbox.server import Counts
from sha_disclosure.tools.sandbox.store import Store
from sha_disclosure.tools.verifier import MessageFinding

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    # A page of another site must not reach this port through a browser (DNS rebinding).
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        return web.json_response({"error": str(message("sandbox.host"))}, status=403)
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


class Admin:
    """The pages and API of one sandbox."""

    def __init__(
        self, edition: Edition, store: Store, faults: Faults, counts: Counts, base_url: str
    ) -> None:
        self._edition = edition
        self._store = store
        self._faults = faults
        self._counts = counts
        self._base_url = base_url
        # A form on another site's page cannot contain this, since that page cannot read ours.
        self._form = secrets.token_urlsafe(16)

    def application(self) -> web.Application:
        """Return the admin port's application."""
        application = web.Application(middlewares=[_guard])
        application.add_routes(
            [
                web.get("/", self._overview),
                web.get("/requests/{number}", self._exchange),
                web.get("/notices/{id}", self._notice),
                web.post("/faults", self._ask_for_fault),
                web.post("/faults/clear", self._ask_for_none),
                web.get("/page.css", _file("page.css", "text/css")),
                web.get("/page.js", _file("page.js", "text/javascript")),
                web.get("/admin/newest", self._newest),
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
        return _page(self._listed(request))

    def _listed(
        self, request: web.Request, given: Mapping[str, str] | None = None, wrong: str = ""
    ) -> str:
        query, store = request.query, self._store
        shown: Shown | Literal[""] = next((s for s in SHOWN if s == query.get("outcome")), "")
        choice = Choice(shown, query.get("organisation", ""))
        searched = query.get("id", "").strip()
        if searched:
            page = listing.search(store, searched)
        else:
            before, after = whole_number(query.get("before")), whole_number(query.get("after"))
            page = listing.page(store, choice, before=before, after=after)
        state = self._state()
        overview = Overview(
            page,
            choice,
            listing.counts(store, choice.requester),
            listing.organisations(store),
            self._faults.waiting(),
            state["newest"],
            state["stamp"],
            self._form,
            searched,
            given,
            wrong,
        )
        kept = ("outcome", "organisation", "id", "before", "after")
        here = {name: query[name] for name in kept if name in query}
        return self._pages(request, "/", **here).overview(overview)

    def _pages(self, request: web.Request, here: str = "/", **query: str) -> Pages:
        return Pages(self._edition, self._base_url, _language(request), here, **query)

    async def _exchange(self, request: web.Request) -> web.Response:
        number = whole_number(request.match_info["number"])
        exchange = self._store.exchange(number)
        if exchange is None:
            return _page(self._pages(request).missing(), 404)
        return _page(
            self._pages(request, f"/requests/{number}").exchange(
                exchange,
                [(each, self._store.find(each)) for each in exchange.notices],
                older=number - 1,
                newer=number + 1 if number < listing.newest(self._store) else 0,
            )
        )

    async def _notice(self, request: web.Request) -> web.Response:
        found = listing.search(self._store, request.match_info["id"]).rows
        if not found:
            return _page(self._pages(request).missing(), 404)
        place = f"/requests/{found[-1].number}?lang={_language(request)}"
        return web.Response(status=303, headers={"Location": place})

    async def _ask_for_fault(self, request: web.Request) -> web.Response:
        form = await self._own_form(request)
        if form is None:
            return _json({"error": str(message("sandbox.form_token"))}, 403)
        given = {name: value for name, value in form.items() if value}
        try:
            self._faults.add(Fault.model_validate(given))
        except ValidationError as error:
            wrong = _unfit(error).text(_language(request))
            return _page(self._listed(request, given, wrong), 400)
        return _to_faults(request)

    async def _ask_for_none(self, request: web.Request) -> web.Response:
        if await self._own_form(request) is None:
            return _json({"error": str(message("sandbox.form_token"))}, 403)
        self._faults.clear()
        return _to_faults(request)

    async def _own_form(self, request: web.Request) -> dict[str, str] | None:
        """Return the fields of a form from our own page; None for any other."""
        fields = {n: v for n, v in (await request.post()).items() if isinstance(v, str)}
        brought = fields.pop("form", "")
        return fields if secrets.compare_digest(brought.encode(), self._form.encode()) else None

    def _state(self) -> dict[str, Any]:
        """Return a value that changes when the page has something new to show."""
        newest = listing.newest(self._store)
        left = sum(fault.times for fault in self._faults.waiting())
        return {"newest": newest, "stamp": f"{newest}-{left}"}

    async def _newest(self, _: web.Request) -> web.Response:
        return _json(self._state())

    async def _notices(self, request: web.Request) -> web.StreamResponse:
        """Stream all notices, however many there are."""
        response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
        await response.prepare(request)
        before = b"["
        for each in self._store.each_received():
            plain = {**asdict(each), "body": len(each.body), "checks": _plain(each.checks)}
            await response.write(before + json.dumps(plain, ensure_ascii=False).encode())
            before = b",\n"
        await response.write(b"[]" if before == b"[" else b"]")
        await response.write_eof()
        return response

    async def _refusals(self, _: web.Request) -> web.Response:
        return _json(
            [
                {**asdict(r), "findings": _plain(r.findings), "checks": _plain(r.checks)}
                for r in self._store.refusals()
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
            return _json({"error": str(_unfit(error))}, 400)
        return _json({"waiting": len(self._faults.waiting())}, 201)

    async def _clear(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)


def _language(request: web.Request) -> Language:
    """Return the requested language: ``?lang=fi``, or the browser's first known one."""
    asked = request.query.get("lang", "") or request.headers.get("Accept-Language", "")
    wanted = (each.strip()[:2].lower() for each in asked.split(","))
    return next((known for each in wanted for known in LANGUAGES if known == each), "en")


def _unfit(error: ValidationError) -> Message:
    fields = tuple(".".join(map(str, each["loc"])) or "fault" for each in error.errors())
    return message("sandbox.fault_unfit", fields=fields)


def _to_faults(request: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/?lang={_language(request)}#faults"})


def _file(name: str, content_type: str) -> _Handler:
    text = web_file(name)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, charset="utf-8")

    return answer


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
