"""Several organisations in one process: who sends a notice, and who may sign for whom.

In the joint-joining model (yhteisliittymismalli) a host (isäntä) sends for its tenants
(vuokralaiset), a broker (välittäjä) for its customers. Each is a table ``[[organisation]]``.
"""

from __future__ import annotations

from collections.abc import Mapping

from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import Organisation, Settings


def settings_by_requester(settings: Settings) -> Mapping[str, Settings]:
    """Return the settings of each single organisation, by the OID of its requester.

    Without organisations the sender is the only one.
    """
    alone = [_alone(settings, each) for each in settings.organisation] or [settings]
    return {str(each.requester.id): each for each in alone}


def requesters_by_controller(settings: Settings) -> Mapping[str, str]:
    """Return the requester's OID by controller; empty if a single sender has all controllers."""
    return {
        str(controller): str(each.requester.id)
        for each in settings.organisation
        for controller in each.controllers
    }


def refuse_brokering(settings: Settings, edition: Edition) -> None:
    """Refuse settings where an organisation's key signs for another, unless the edition allows it.

    Raises ConfigurationError, which names the table.
    """
    if edition.wire.content_signature.broker == "allowed":
        return
    owners = {settings.signing: settings.requester.id}
    for index, each in enumerate(settings.organisation):
        owner = owners.setdefault(each.signing or settings.signing, each.requester.id)
        if owner != each.requester.id:
            raise ConfigurationError(
                message("organisations.brokered", index=index, edition=edition.name)
            )


def _alone(settings: Settings, organisation: Organisation) -> Settings:
    # A signing key of its own requires its own token key: another's would speak for another.
    own = organisation.signing is not None
    return settings.model_copy(
        update={
            "requester": organisation.requester,
            "subscriber": organisation.subscriber or settings.subscriber,
            "signing": organisation.signing or settings.signing,
            "token": organisation.token or (None if own else settings.token),
            "tls": organisation.tls or settings.tls,
            "ids": organisation.ids,
            "organisation": (),
        }
    )
