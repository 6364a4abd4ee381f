"""Ten times the input takes about ten times the work, never the hundredfold of a square."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretBytes

from sha_disclosure.codes import CodeLists, read_code_list
from sha_disclosure.credentials.pem import pem_blocks
from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.outcome import judge
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.encoding import read_toml
from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.law import Circumstances, check_data
from sha_disclosure.law.citations import citations, names_a_provision
from sha_disclosure.notice import DisclosureNotice, read_json
from sha_disclosure.outbox.keys import keys_from_file
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.conformance.archive import files_of
from sha_disclosure.tools.verifier import check_structure
from tests.fuzz.archives import archive, with_names
from tests.law.code_pages import OID, concept, page
from tests.notices import NOW, full
from tests.places import GOLDEN
from tests.proofs import TIMES

EDITION = load_edition()
GIVEN = Circumstances.of(Settings.stand_in(), EDITION, NOW, CodeLists())
Work = Callable[[], object]


def provisions(count: int, _: Path) -> Work:
    text = "703/2023 63 § " + "1," * count
    return lambda: (citations(text), names_a_provision(text), names_a_person(text))


def codes_in_text(count: int, _: Path) -> Work:
    text = "010594 " * count
    return lambda: (names_a_person(text), names_a_provision(text))


def data_sets(count: int, _: Path) -> Work:
    notice = full("statute")
    notice["disclosed_data"] = notice["disclosed_data"][:1] * count
    text = json.dumps(notice)
    return lambda: check_data(read_json(text), GIVEN)


def faulty_data_sets(count: int, _: Path) -> Work:
    notice = full("statute")
    notice["disclosed_data"] = [{"service_tasks": [{"code": " x"}], "x": 1}] * count
    text = json.dumps(notice)
    return lambda: check_data(read_json(text), GIVEN)


def notices(count: int, _: Path) -> Work:
    one = full("statute")
    many = [DisclosureNotice.model_validate(one | {"id": f"1.2.246.{n}"}) for n in range(count)]
    setup = Setup(Settings.stand_in(), EDITION, Sources(lambda: NOW), CodeLists())
    return lambda: build(many, setup)


def heading(count: int, folder: Path) -> Work:
    columns = ["CodeId", "ShortName", *(f"Column {n}" for n in range(count))]
    rows = [columns, ["1", "Nimi"] + ["x"] * count]
    return _list(folder, "\n".join(map(";".join, rows)))


def blank_columns(count: int, folder: Path) -> Work:
    return _list(folder, f"CodeId;ShortName{';' * count}\n1;Nimi{';' * count}\n")


def rows(count: int, folder: Path) -> Work:
    return _list(folder, "CodeId;ShortName\n" + "".join(f"{n};Nimi\n" for n in range(count)))


def codes(count: int, folder: Path) -> Work:
    whole = page(*(concept(str(n)) for n in range(count)))
    file = folder / f"{OID}.json"
    file.write_text(json.dumps(whole, indent=1), "utf-8")
    return lambda: read_code_list(file)


def _list(folder: Path, text: str) -> Work:
    file = folder / f"{OID}.csv"
    file.write_text(text, "utf-8")
    return lambda: read_code_list(file)


def tables(count: int, _: Path) -> Work:
    text = "".join(f"[a.b{n}]\nc.d = 1\n[[x]]\ny = ['z']\n" for n in range(count))
    return lambda: read_toml(text)


def blocks(count: int, _: Path) -> Work:
    text = SecretBytes(b"# text\n-----BEGIN A-----\nAAAA\n-----END A-----\n" * count)
    return lambda: pem_blocks(text)


def issues(count: int, _: Path) -> Work:
    body = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}
    body["issue"] = [{"severity": "error", "code": "x", "diagnostics": "y"}] * count
    answer = Answer(422, {"content-type": "text/html"}, json.dumps(body).encode())
    return lambda: judge(answer, notice_ids=("1",), now=NOW, wire=EDITION.wire)


def page_of_a_firewall(count: int, _: Path) -> Work:
    answer = Answer(200, {"content-type": "text/html"}, b"support id <a> " * count)
    return lambda: judge(answer, notice_ids=("1",), now=NOW, wire=EDITION.wire)


def entities(count: int, _: Path) -> Work:
    bundle: Any = json.loads((GOLDEN / "statute-to-authority.json").read_text("utf-8"))
    event = bundle["entry"][0]["resource"]
    event["entity"] += [{**event["entity"][-1], "x": 1}] * count
    text = json.dumps(bundle).encode()
    return lambda: check_structure(text, EDITION)


def outbox_keys(count: int, folder: Path) -> Work:
    file = folder / "outbox.key"
    file.write_text(json.dumps({"keys": [{"kty": "oct", "k": "A" * 43}] * count}), "utf-8")
    file.chmod(0o600)
    return lambda: keys_from_file(file)


def members(count: int, folder: Path) -> Work:
    file = archive(folder / "p.tgz", [(f"package/{n}.json", b"{}") for n in range(count)])
    return lambda: list(files_of(file))


def headers(count: int, folder: Path) -> Work:
    file = with_names(folder / "p.tgz", count)
    return lambda: list(files_of(file))


SIZES: dict[Callable[[int, Path], Work], int] = {
    provisions: 3000, codes_in_text: 2000, data_sets: 30, faulty_data_sets: 10, notices: 20,
    heading: 2000, blank_columns: 20_000, rows: 300, codes: 100, tables: 150, blocks: 3000,
    issues: 300, page_of_a_firewall: 3000, entities: 30, outbox_keys: 100, members: 100,
    headers: 300,
}  # fmt: skip
"""How much of each takes some ten milliseconds."""


@pytest.mark.parametrize("make", SIZES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("times", [1, pytest.param(5 * TIMES, id="long", marks=pytest.mark.proof)])
def test_work_grows_with_the_input(
    make: Callable[[int, Path], Work], times: int, tmp_path: Path
) -> None:
    small, large = SIZES[make] * times, SIZES[make] * times * 10
    few = make(small, tmp_path)
    most = 40 * max(seconds(few), seconds(few), 0.002)
    many = make(large, tmp_path)
    assert seconds(many) < most or seconds(many) < most


def seconds(work: Work) -> float:
    """Return the processor time of one round."""
    began = time.process_time()
    work()
    return time.process_time() - began
