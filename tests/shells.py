"""A client of either kind behind one face, so that one suite tests both."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sha_disclosure import AsyncKantaClient, KantaClient, Settings
from sha_disclosure.sources import Sources


class Shell:
    """A client of either kind behind one face."""

    def __init__(self, kind: str, slept: list[float]) -> None:
        self.kind = kind
        self.slept = slept
        self._loop = asyncio.new_event_loop() if kind == "async" else None
        self._open: list[Any] = []
        self.client: Any = None

    def connect(self, settings: Settings, **options) -> "Shell":
        options.setdefault("sources", Sources(sleep=self.slept.append))
        if self._loop is None:
            self.client = KantaClient(settings, **options)
        else:

            async def sleep(seconds: float) -> None:
                options["sources"].sleep(seconds)

            self.client = AsyncKantaClient(settings, sleep=sleep, **options)
        self._open.append(self.client)
        return self

    def prepare(self, notice):
        return self.client.prepare(notice)

    def submit(self, prepared, **options):
        if self._loop is None:
            return self.client.submit(prepared, **options)
        return self._loop.run_until_complete(self.client.submit(prepared, **options))

    def confirms(self, refusal) -> bool:
        if self._loop is None:
            return self.client.confirms(refusal)
        return self._loop.run_until_complete(self.client.confirms(refusal))

    def renew(self) -> bool:
        if self._loop is None:
            return self.client.renew()
        return self._loop.run_until_complete(self.client.renew())

    def together(self, work, items) -> list:
        """Do work on every item at once: in threads, or as tasks of one loop."""
        if self._loop is None:
            with ThreadPoolExecutor(8) as threads:
                return list(threads.map(work, items))

        async def all_of_them() -> list:
            return await asyncio.gather(*(work(item) for item in items))

        return self._loop.run_until_complete(all_of_them())

    def close(self) -> None:
        for client in self._open:
            if self._loop is None:
                client.close()
            else:
                self._loop.run_until_complete(client.aclose())
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
