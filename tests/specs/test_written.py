"""Pages whose tables are written: the prose stays, and a part that is missing is noticed."""

from __future__ import annotations

import json

import benchmark_page
import pytest
from written import table, with_parts

PAGE = "# Title\n\nTyped.\n\n<!-- written: one -->\n\nold\n\n<!-- end -->\n\nTyped too.\n"


def test_what_people_typed_around_a_written_part_stays(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    made = with_parts(page, {"one": "| new |\n"})
    assert made == PAGE.replace("old", "| new |")
    page.write_text(made, "utf-8")
    assert with_parts(page, {"one": "| new |\n"}) == made


def test_a_page_that_lost_its_place_for_a_part_is_an_error(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n", "utf-8")
    with pytest.raises(ValueError, match="0 written parts, not 1"):
        with_parts(page, {"one": "text"})


def test_a_cell_keeps_its_bar_and_an_empty_one_is_seen():
    made = table(("a", "b"), [("x|y", ""), (r"u\|v", "w")])
    assert made == "| a | b |\n|---|---|\n| x\\|y | - |\n| u\\|v | w |\n"


def test_releases_stand_in_the_order_of_their_numbers(tmp_path, monkeypatch):
    figure = {"what": "prepare", "target": "", "floor_is": "", "shown": "1%"}
    for version in ("0.10.0", "0.2.0"):
        record = {"machine": {"cores": "2"}, "figures": {"httpx.P-256": figure}}
        (tmp_path / f"{version}.json").write_text(json.dumps(record), "utf-8")
    monkeypatch.setattr(benchmark_page, "RECORDS", tmp_path)
    assert benchmark_page.releases().startswith("| figure | target | 0.2.0 | 0.10.0 |\n")
