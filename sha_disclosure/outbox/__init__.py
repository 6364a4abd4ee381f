"""The outbox: keeps prepared notices on disk and delivers them, whatever fails.

Needs the extra ``outbox``. In short::

    with Outbox("outbox.sqlite") as outbox, KantaClient(settings) as kanta:
        outbox.add(kanta.prepare(notice))
        outbox.drain(kanta)
"""

from sha_disclosure.outbox.adding import AddedNotice as AddedNotice
from sha_disclosure.outbox.drain import DrainReport as DrainReport
from sha_disclosure.outbox.drain import Pace as Pace
from sha_disclosure.outbox.inventory import Entry as Entry
from sha_disclosure.outbox.inventory import Status as Status
from sha_disclosure.outbox.keys import OutboxKey as OutboxKey
from sha_disclosure.outbox.keys import keys_from_environment as keys_from_environment
from sha_disclosure.outbox.keys import keys_from_file as keys_from_file
from sha_disclosure.outbox.outbox import Outbox as Outbox
from sha_disclosure.outbox.schema import State as State
