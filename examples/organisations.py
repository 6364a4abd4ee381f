"""Several organisations in one process: each notice is signed and sent by its own.

Which one it is follows from the notice's controller. ``docs/organisations.md`` says more.
"""

import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from service import example

from sha_disclosure import DisclosureNotice, KantaClient, Settings, requesters_by_controller
from sha_disclosure.settings import FILE_VARIABLE

TENANTS = {
    "1.2.246.10.10000001.10.0": "Ensimmäinen vuokralainen",
    "1.2.246.10.10000002.10.0": "Toinen vuokralainen",
    "1.2.246.10.10000003.10.0": "Kolmas vuokralainen",
}


@contextmanager
def service() -> Generator[Settings]:
    """Give the settings that are named, or those of a sandbox that knows three tenants."""
    if os.environ.get(FILE_VARIABLE):
        yield Settings.load()
    else:
        from sha_disclosure.tools.sandbox import Sandbox  # noqa: PLC0415 - needs the extra `sandbox`

        with Sandbox() as sandbox:
            for requester, name in TENANTS.items():
                sandbox.add_organisation(requester, name)
            yield sandbox.settings()


def of(controller: str) -> DisclosureNotice:
    """Make a notice of one controller's (rekisterinpitäjä); yours come from your system."""
    data = example("disclosed-to-client.json").model_dump(mode="json", exclude_none=True)
    data.pop("id", None)
    data["controller"]["oid"] = controller
    return DisclosureNotice.model_validate(data)


with service() as settings, KantaClient(settings) as kanta, ThreadPoolExecutor() as threads:
    controllers = requesters_by_controller(settings) or [str(settings.requester.id)]
    prepared = [kanta.prepare(of(controller)) for controller in controllers]
    for notice, receipt in zip(prepared, threads.map(kanta.submit, prepared), strict=True):
        print(f"Stored: {receipt.notice_id} of {notice.organisation}, {receipt.status}")
