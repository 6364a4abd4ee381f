"""How costs grow: each curve's sizes, its processor seconds and the exponent that fits them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from measuring import Curve, Effort, processor_seconds
from queueing import HELD, Accepts, delivering, fill, prepared_notice
from rig import NOTICE_JSON, another, keys, scratch, settings_for

from sha_disclosure import DisclosureNotice, KantaClient, Outbox
from sha_disclosure.codes import load_code_lists
from sha_disclosure.tools.sandbox import Pki

ROOT = "1.2.246.10.1"


def curves(effort: Effort) -> Iterator[tuple[str, Curve]]:
    """Measure every curve."""
    with keys() as pki:
        yield "data_sets", _curve(_data_sets(pki), (100, 300, 1_000, 3_000), effort)
        yield "notices", _curve(_notices(pki), (30, 100, 300, 1_000), effort)
    yield "queue", _curve(_queue("many"), (1_000, 3_000, 10_000), effort)
    yield "one_client", _curve(_queue("one"), (1_000, 3_000, 10_000), effort)
    yield "blocked", _curve(_behind("blocked"), (3_000, 10_000, 30_000, 100_000), effort)
    yield "delivered", _curve(_behind("delivered"), (3_000, 10_000, 30_000), effort)
    yield "codes", _curve(_codes, (1_000, 10_000, 100_000), effort)
    yield "organisations", _curve(_organisations, (30, 100, 300), effort)


def _curve(cost: Callable[[int], float], sizes: tuple[int, ...], effort: Effort) -> Curve:
    used = tuple(size // effort.growth for size in sizes)
    return Curve(used, tuple(cost(size) for size in used))


def _notice(data_sets: int = 1) -> DisclosureNotice:
    data: dict[str, Any] = json.loads(NOTICE_JSON)
    data["disclosed_data"] = data["disclosed_data"][:1] * data_sets
    data.pop("id", None)
    return DisclosureNotice.model_validate(data)


def _data_sets(pki: Pki) -> Callable[[int], float]:
    def cost(size: int) -> float:
        with KantaClient(settings_for(pki.folder)) as kanta:
            notice = _notice(data_sets=size)
            return processor_seconds(lambda: kanta.prepare(notice))

    return cost


def _notices(pki: Pki) -> Callable[[int], float]:
    def cost(size: int) -> float:
        with KantaClient(settings_for(pki.folder)) as kanta:
            notices = [_notice() for _ in range(size)]
            return processor_seconds(lambda: kanta.prepare(notices))

    return cost


def _queue(clients: str) -> Callable[[int], float]:
    """Drain a whole queue, of as many clients as messages or of one."""
    model = prepared_notice()

    def cost(size: int) -> float:
        with scratch() as folder:
            place = folder / "queue.sqlite"
            names = (str(n) for n in range(size))
            fill(place, (another(model, n, n if clients == "many" else "one") for n in names))
            with Outbox(place) as outbox:
                return processor_seconds(lambda: outbox.drain(Accepts()), times=1)

    return cost


def _behind(what: str) -> Callable[[int], float]:
    """Deliver a hundred messages past many that wait, or that were delivered before."""
    model = prepared_notice()

    def cost(size: int) -> float:
        with scratch() as folder:
            place = folder / "behind.sqlite"
            names = (str(n) for n in range(size))
            fill(place, (another(model, n, HELD if what == "blocked" else n) for n in names))
            with Outbox(place) as outbox:
                outbox.drain(Accepts())
            return min(delivering(place, model, f"new.{n}") for n in range(3))

    return cost


def _codes(size: int) -> float:
    with scratch() as folder:
        file = folder / "list.json"
        codes = [
            {
                "conceptCodeId": str(n),
                "status": "ACTIVE",
                "beginDate": "2020-01-01",
                "attributes": [
                    {"attributeName": "ShortName", "language": "fi", "attributeValue": [f"K {n}"]}
                ],
            }
            for n in range(size)
        ]
        document = {"system": f"urn:oid:{ROOT}.1", "totalItems": size, "conceptCodes": codes}
        file.write_text(json.dumps(document), "utf-8")
        return processor_seconds(lambda: load_code_lists(file), times=1)


def _organisations(size: int) -> float:
    """Make a client for organisations with keys of their own."""
    with keys() as pki:
        tables = []
        for number in range(size):
            oid = f"1.2.246.10.{10_000_000 + number}.10.0"
            pki.issue(f"Organisation {number}", "signing", holder=oid).write(pki.folder, oid)
            pair = {"certificate": f"{pki.folder}/{oid}.crt", "key": f"{pki.folder}/{oid}.key"}
            requester = {"id": oid, "name": f"Organisaatio {number}"}
            tables.append({"requester": requester, "signing": pair})
        settings = settings_for(pki.folder, organisation=tables)
        return processor_seconds(lambda: KantaClient(settings).close(), times=1)
