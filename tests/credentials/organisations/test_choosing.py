"""The controller of a notice chooses the organisation; without one nothing is built."""

import pytest
from three_organisations import FIRST, REGISTER, SECOND, THIRD

from sha_disclosure import InvalidNotice
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.editions import load_edition
from sha_disclosure.law import check_data

STRANGER = "1.2.246.10.99999999.10.0"


def found(caught) -> list[tuple[str, str]]:
    return [(problem.rule, problem.path) for problem in caught.value.problems]


@pytest.mark.refuses("N25")
def test_a_notice_of_a_controller_nobody_sends_for_is_refused_before_it_is_built(kanta, notice_of):
    kanta.client._sources.randomness.getrandbits = None  # no id can be made
    with pytest.raises(InvalidNotice) as caught:
        kanta.prepare(notice_of(STRANGER))
    assert found(caught) == [("N25", "controller.oid")]
    (problem,) = caught.value.problems
    assert "[[organisation]]" in problem.message
    assert "[[organisation]]" in problem.text("fi")
    assert STRANGER not in f"{caught.value}{problem!r}"
    assert "settings" in problem.rests_on


@pytest.mark.refuses("N25")
def test_it_is_told_with_all_the_other_problems(sandbox, notice_of):
    data = notice_of(STRANGER).model_dump(mode="json", exclude_none=True)
    data["disclosed_data"] = []
    setup = Setup(sandbox.settings(), load_edition())
    told = [(p.rule, p.path) for p in check_data(data, setup.circumstances())]
    assert told == [("N01", "disclosed_data"), ("N25", "controller.oid")]


@pytest.mark.accepts("N25")
@pytest.mark.parametrize("controller", [FIRST, SECOND, THIRD, REGISTER])
def test_a_notice_of_a_controller_somebody_sends_for_is_accepted(kanta, notice_of, controller):
    assert kanta.prepare(notice_of(controller)).notice_ids


@pytest.mark.accepts("N25")
def test_without_organisations_one_sender_has_every_controller(shell, sandbox, notice_of):
    alone = sandbox.settings().model_copy(update={"organisation": ()})
    kanta = shell.connect(alone)
    prepared = kanta.prepare(notice_of(STRANGER))
    assert prepared.organisation == str(alone.requester.id)
    assert kanta.submit(prepared).notice_id == prepared.notice_ids[0]


@pytest.mark.refuses("N25")
def test_the_notices_of_one_message_are_of_one_organisation(kanta, notice_of):
    with pytest.raises(InvalidNotice) as caught:
        kanta.prepare([notice_of(FIRST), notice_of(FIRST), notice_of(SECOND)])
    assert found(caught) == [("N25", "[2].controller.oid")]
    assert "one organisation" in caught.value.problems[0].message


@pytest.mark.accepts("N25")
def test_two_controllers_of_one_organisation_may_share_a_message(kanta, notice_of):
    prepared = kanta.prepare([notice_of(THIRD), notice_of(REGISTER)])
    assert len(prepared.notice_ids) == 2


@pytest.mark.refuses("N25")
def test_the_first_notice_nobody_sends_for_does_not_make_strangers_of_the_others(kanta, notice_of):
    with pytest.raises(InvalidNotice) as caught:
        kanta.prepare([notice_of(STRANGER), notice_of(FIRST)])
    assert found(caught) == [("N25", "[0].controller.oid")]
