"""A small record system on FastAPI and asyncio, with a drain in its event loop.

uvicorn --factory records:app
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from sqlalchemy import Column, MetaData, String, Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from sha_disclosure import AsyncKantaClient, DisclosureNotice, InvalidNotice, Settings
from sha_disclosure.integrations import AsyncOutbox

METADATA = MetaData()
DISCLOSURE = Table(
    "disclosure",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("notice_id", String(64), nullable=False),
)


def create_app(settings: Settings, engine: AsyncEngine) -> FastAPI:
    """Return the application; its lifespan opens the client and the outbox, and drains."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        async with (
            AsyncKantaClient(settings) as kanta,
            AsyncOutbox(engine) as outbox,
            outbox.drainer(kanta) as drainer,
        ):
            app.state.kanta, app.state.outbox, app.state.drainer = kanta, outbox, drainer
            yield

    app = FastAPI(lifespan=lifespan)
    sessions = async_sessionmaker(engine)

    @app.post("/disclose", status_code=201)
    async def disclose(asked: dict[str, Any]) -> dict[str, str]:
        try:
            notice = DisclosureNotice.model_validate(asked)
            prepared = await app.state.kanta.prepare_async(notice)
        except InvalidNotice as error:
            raise HTTPException(422, error.to_dict()) from None
        row = {"key": asked["reference"], "notice_id": prepared.notice_ids[0]}
        async with sessions.begin() as session:
            await session.execute(insert(DISCLOSURE).values(row))
            await app.state.outbox.add(prepared, session)
        return row

    @app.get("/health")
    async def health() -> JSONResponse:
        drainer, outbox = app.state.drainer.health(), await app.state.outbox.health(max_age=3600)
        state = {"drainer": drainer.to_dict(), "outbox": outbox.to_dict()}
        return JSONResponse(state, 200 if drainer.ok and outbox.ok else 503)

    return app


def app() -> FastAPI:
    """Return the application that uvicorn finds, by the variables of its environment."""
    return create_app(Settings.load(), create_async_engine(os.environ["RECORDS_DATABASE"]))
