"""The report of a gradient check: a page that stands alone, with every text escaped, and JSON that says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.assets import SAMPLES
from app.check_page import page
from app.cli import main
from engine.examination import Examination, examine
from tests.engine.training_graphs import prepared as made
from tests.engine.training_graphs import rosenbrock

DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 5}
VOID = {"meta"}


class Reader(HTMLParser):
    """Fails unless every element is closed in order; collects texts, tags and attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "polyline"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def found() -> Examination:
    return examine(made(rosenbrock(optimizer_1=DESCENT)))


def test_the_page_is_whole_and_loads_nothing(found: Examination) -> None:
    reader = read(page("rosenbrock", [found]))
    assert "script" not in reader.tags and "link" not in reader.tags and "img" not in reader.tags
    assert not [value for name, value in reader.attributes if name in ("src", "href") and not value.startswith("#")]
    assert reader.texts.count("✓ agrees") == 3, "once for all, once for each parameter"
    assert reader.tags.count("polyline") == 2


def test_links_lead_to_the_parameters(found: Examination) -> None:
    reader = read(page("rosenbrock", [found, replace(found, optimizer="second")]))
    ids = [value for name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids)) == 4
    assert {value[1:] for name, value in reader.attributes if name == "href"} == set(ids)


def test_hostile_names_stay_texts(found: Examination) -> None:
    evil = '"><script>alert(1)</script>'
    first = found.parameters[0]
    hurt = replace(
        found, optimizer=evil, parameters=(replace(first, check=replace(first.check, label=evil, node=evil)),)
    )
    reader = read(page(evil, [hurt]))
    assert "script" not in reader.tags
    assert evil in reader.texts


def test_the_command_writes_html_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = SAMPLES / "1_straight_line_hubble.dgraph"
    assert main(["check", str(sample), "--report", str(tmp_path / "a.html")]) == 0
    assert "slope w" in read((tmp_path / "a.html").read_text("utf-8")).texts
    assert main(["check", str(sample), "--report", str(tmp_path / "a.json")]) == 0
    plain = json.loads((tmp_path / "a.json").read_text("utf-8"))
    slope = plain["optimizers"][0]["parameters"][0]
    capsys.readouterr()
    assert main(["grad", str(sample), "--json"]) == 0
    grad = json.loads(capsys.readouterr().out)
    assert slope["entries"][0]["reverse"] == pytest.approx(grad["gradients"]["slope w"], rel=1e-12)


def test_another_ending_is_refused_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLES / "xor_quick_start.dgraph"), "--report", str(tmp_path / "a.pdf")]) == 2
    assert "HTML or JSON" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
