"""The outbox (lähtevien säilö): stores prepared notices durably and delivers them.

Needs the extra ``outbox``. In short::

    with Outbox("outbox.sqlite") as outbox, KantaClient(settings) as kanta:
        outbox.add(kanta.prepare(notice))
        outbox.drain(kanta)

What is guaranteed, and how that is proven: ``docs/delivery.md``.
"""

from sha_disclosure.extras import NamedExtra

with NamedExtra("outbox"):
    from sha_disclosure.outbox.clients import Client
    from sha_disclosure.outbox.drain_state import DrainReport, Timing
    from sha_disclosure.outbox.drainer import Drainer
    from sha_disclosure.outbox.health import Health
    from sha_disclosure.outbox.inventory import Entry, Status
    from sha_disclosure.outbox.keys import OutboxKey, keys_from_environment, keys_from_file
    from sha_disclosure.outbox.outbox import Outbox
    from sha_disclosure.outbox.repetition import AddedNotice
    from sha_disclosure.outbox.schema import METADATA, STATES, State
    from sha_disclosure.outbox.supervision import DrainerHealth
    from sha_disclosure.outbox.tables_sql import DatabaseKind, is_outbox_table, tables_sql


__all__ = [
    "METADATA",
    "STATES",
    "AddedNotice",
    "Client",
    "DatabaseKind",
    "DrainReport",
    "Drainer",
    "DrainerHealth",
    "Entry",
    "Health",
    "Outbox",
    "OutboxKey",
    "State",
    "Status",
    "Timing",
    "is_outbox_table",
    "keys_from_environment",
    "keys_from_file",
    "tables_sql",
]
