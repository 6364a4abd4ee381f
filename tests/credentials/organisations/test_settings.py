"""The tables [[organisation]]: what they say, and what is refused of them."""

import pytest
from three_organisations import FIRST, REGISTER, SECOND, THIRD

from sha_disclosure import ConfigurationError, KantaClient, KeyUnavailable, Settings
from sha_disclosure.editions import load_edition
from sha_disclosure.settings import Organisation, Party
from sha_disclosure.settings.organisations import (
    refuse_brokering,
    requesters_by_controller,
    settings_by_requester,
)

HOST = "1.2.246.10.28777751.10.0"
TOP = f"""
environment = "sandbox"
base_url = "https://127.0.0.1:8443/fhir"
system = {{ id = "1.2.246.10.12345678.20.1", name = "Järjestelmä" }}
subscriber = {{ id = "{HOST}", name = "Isäntä" }}
tls = {{ certificate = "tls.crt", key = "tls.key", ca = "ca.crt" }}
signing = {{ certificate = "host.crt", key = "host.key" }}
token = {{ certificate = "host-token.crt", key = "host-token.key" }}
"""


def settings_of(tmp_path, tables: str) -> Settings:
    file = tmp_path / "sha-disclosure.toml"
    file.write_text(TOP + tables, "utf-8")
    return Settings.load(file, variables={})


def table(requester: str, *lines: str, own: bool = True) -> str:
    keys = [
        "[organisation.signing]",
        f'certificate = "{requester}.crt"',
        f'key = "keys/{requester}.key"',
    ]
    named = f'requester = {{ id = "{requester}", name = "Vuokralainen" }}'
    return "\n".join(["", "[[organisation]]", named, *lines, *(keys if own else []), ""])


def test_an_organisation_takes_from_the_top_level_what_it_does_not_have(tmp_path):
    top = settings_of(tmp_path, table(FIRST))
    alone = settings_by_requester(top)[FIRST]
    assert (alone.subscriber, alone.tls, alone.system) == (top.subscriber, top.tls, top.system)
    assert str(alone.requester.id) == FIRST
    assert str(alone.ids.root) == f"{FIRST}.95"
    assert alone.signing.key == tmp_path / "keys" / f"{FIRST}.key"
    assert alone.organisation == ()


def test_own_signing_keys_make_the_tokens_too(tmp_path):
    """The top level's token key would speak for another."""
    alone = settings_by_requester(settings_of(tmp_path, table(FIRST)))[FIRST]
    assert alone.token is None


def test_controllers_are_the_requester_itself_unless_named(tmp_path):
    named = f'controllers = ["{REGISTER}", "{THIRD}"]'
    settings = settings_of(tmp_path, table(FIRST) + table(THIRD, named))
    assert requesters_by_controller(settings) == {FIRST: FIRST, REGISTER: THIRD, THIRD: THIRD}


def test_organisations_may_be_given_in_python():
    one = Organisation.model_validate({"requester": Party(id=FIRST, name="Vuokralainen")})
    settings = Settings.stand_in().model_copy(update={"organisation": (one,)})
    assert requesters_by_controller(settings) == {FIRST: FIRST}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (table(FIRST) + table(SECOND, f'controllers = ["{FIRST}"]'), "claim one controller"),
        (table(FIRST, f'controllers = ["{FIRST}", "{FIRST}"]'), "claim one controller"),
        (table(FIRST) + table(FIRST, f'controllers = ["{SECOND}"]'), "have one requester"),
        (table(FIRST, "controllers = []"), "organisation.0.controllers"),
        (table(FIRST, 'controller = ["1.2.3"]'), "organisation.0.controller: unknown"),
        ("[[organisation]]\n", "organisation.0.requester: missing"),
        (table(".".join(["1.2", *["1234567890"] * 4])), "organisation.0.ids.root: too long"),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(tmp_path, tables, told):
    with pytest.raises(ConfigurationError, match=r"organisation") as caught:
        settings_of(tmp_path, tables)
    assert told in str(caught.value)
    assert FIRST not in str(caught.value)


def edition_where_a_broker_may_sign(tmp_path):
    file = tmp_path / "edition.toml"
    file.write_text(
        'name = "ours"\nbased_on = "kanta-1.0.0"\n'
        '[content_signature.broker]\nvalue = "allowed"\nstatus = "confirmed"\n'
        'source = "Kanta JSON allekirjoitus"\n'
    )
    return load_edition(file)


@pytest.mark.parametrize(
    "tables",
    [
        table(FIRST, own=False),
        table(FIRST) + table(SECOND, own=False),
        table(HOST, own=False) + table(SECOND, own=False),
        table(FIRST)
        + table(SECOND)
        .replace(f"{SECOND}.crt", f"{FIRST}.crt")
        .replace(f"{SECOND}.key", f"{FIRST}.key"),
    ],
    ids=["top level's", "second's", "host itself is right", "another table's"],
)
def test_a_key_signs_for_another_only_where_the_edition_allows_it(tmp_path, tables):
    settings = settings_of(tmp_path, tables)
    with pytest.raises(ConfigurationError, match=r"content_signature\.broker") as caught:
        refuse_brokering(settings, load_edition())
    assert "[organisation.signing]" in str(caught.value)
    refuse_brokering(settings, edition_where_a_broker_may_sign(tmp_path))


def test_the_host_s_own_table_needs_no_second_key(tmp_path):
    refuse_brokering(settings_of(tmp_path, table(HOST, own=False)), load_edition())


def test_the_broker_entry_is_only_assumed():
    (entry,) = (e for e in load_edition().entries if e.key == "content_signature.broker")
    assert (entry.value, entry.status) == ("refused", "assumed")


def test_a_client_is_not_made_with_a_missing_key_of_one_organisation(sandbox):
    settings = sandbox.settings()
    first, second, third = settings.organisation
    gone = {"signing": second.signing.model_copy(update={"key": sandbox.folder / "gone.key"})}
    changed = (first, second.model_copy(update=gone), third)
    with pytest.raises(KeyUnavailable, match=r"gone\.key"):
        KantaClient(settings.model_copy(update={"organisation": changed}))
