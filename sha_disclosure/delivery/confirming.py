"""Whether a refusal is the service's decision on a notice, or that of some other server.

If ``base_url`` does not lead to the service's root, a FHIR server refuses each notice in the
same form as the service does.
"""

from __future__ import annotations

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.operation_outcome import OperationOutcome

PROBE_HEADERS = {"Accept": "application/fhir+json", "Accept-Encoding": "identity"}
"""For the request that stores nothing and names nobody (edition entry ``address.probe``)."""


def bears_own_code(outcome: OperationOutcome | None, wire: Wire) -> bool:
    """Return whether an issue has a code of the code system that only the service uses."""
    own = {wire.outcome.invalid_message.system, wire.outcome.not_authorised.system}
    return outcome is not None and any(each.detail_system in own for each in outcome.issues)


def shows_the_root(answer: Answer | Failure) -> bool:
    """Return whether the answer to the probe is that of a FHIR service at its root."""
    if isinstance(answer, Failure) or not 200 <= answer.status < 300:
        return False
    try:
        resource = read_json(answer.body)
    except Malformed:
        return False
    return isinstance(resource, dict) and resource.get("resourceType") == "CapabilityStatement"
