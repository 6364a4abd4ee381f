"""A small record system on Flask and SQLAlchemy, with a drainer in its process.

flask --app records run
"""

import atexit
import os
from typing import Any

from flask import Flask, jsonify, request
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, insert

from sha_disclosure import DisclosureNotice, InvalidNotice, KantaClient, Outbox, Settings

METADATA = MetaData()
DISCLOSURE = Table(
    "disclosure",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("notice_id", String(64), nullable=False),
)


def create_app(settings: Settings, engine: Engine) -> Flask:
    """Return the application; what it needs is made once and given to it."""
    app = Flask(__name__)
    METADATA.create_all(engine)
    kanta, outbox = KantaClient(settings), Outbox(engine)
    drainer = outbox.drainer(kanta).start()
    atexit.register(drainer.stop, 2)
    app.extensions["drainer"] = drainer

    @app.post("/disclose")
    def disclose() -> Any:
        asked: Any = request.get_json()
        try:
            prepared = kanta.prepare(DisclosureNotice.model_validate(asked))
        except InvalidNotice as error:
            return jsonify(error.to_dict()), 422
        with engine.begin() as connection:
            row = {"key": asked["reference"], "notice_id": prepared.notice_ids[0]}
            connection.execute(insert(DISCLOSURE).values(row))
            outbox.add(prepared, connection)
        return jsonify(row), 201

    @app.get("/health")
    def health() -> Any:
        found = outbox.health(max_age=3600, max_quarantined=0)
        draining = drainer.health()
        status = 200 if found.ok and draining.ok else 503
        return jsonify(found.to_dict() | {"drainer": draining.to_dict()}), status

    return app


def app() -> Flask:
    """Return the application that ``flask run`` finds, by the variables of its environment."""
    engine = create_engine(os.environ["RECORDS_DATABASE"])
    return create_app(Settings.load(), engine)
