"""Where a source node may read from, and every sentence that says where it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import limits
from engine.data import ASSETS, Data
from engine.errors import DataError


@pytest.fixture
def data(tmp_path: Path) -> Data:
    folder, assets = tmp_path / "graphs", tmp_path / "assets"
    (folder / "deep").mkdir(parents=True)
    assets.mkdir()
    (folder / "a.csv").write_text("1")
    (folder / "deep" / "b.csv").write_text("2")
    (assets / "c.csv").write_text("3")
    (tmp_path / "secret.csv").write_text("secret")
    return Data(folder, assets).of("table_1", '"Galaxies" (table_1)', None)


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"1"), ("deep/b.csv", b"2"), ("asset:c.csv", b"3")])
def test_files_of_the_folder_and_assets_are_read(data, name, content):
    assert data.read(name) == content


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "deep/../../secret.csv",
        "asset:../secret.csv",
        "/etc/passwd",
        "asset:/etc/passwd",
        "C:\\windows\\win.ini",
        "C:/windows/win.ini",
        "..\\secret.csv",
        "deep\\b.csv",
        "a.csv\x00.png",
        "file:///etc/passwd",
        "http://localhost/x.csv",
        ".",
        "asset:",
    ],
)
def test_nothing_outside_is_read(data, name):
    with pytest.raises(DataError) as caught:
        data.read(name)
    assert caught.value.node == "table_1"
    assert '"Galaxies" (table_1)' in caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("where", ["file", "folder"])
def test_links_are_not_followed(data, where, tmp_path):
    if where == "file":
        (data.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
        name = "link.csv"
    else:
        (data.folder / "out").symlink_to(tmp_path)
        name = "out/secret.csv"
    with pytest.raises(DataError, match="link"):
        data.read(name)


def test_a_missing_file_is_named(data):
    with pytest.raises(DataError, match=r'cannot find the file "absent\.csv" in the graph\'s folder'):
        data.read("absent.csv")


def test_a_folder_is_no_file(data):
    with pytest.raises(DataError, match="deep"):
        data.read("deep")


def test_no_file_chosen(data):
    with pytest.raises(DataError, match="no data file"):
        data.read("")


def test_an_unsaved_graph_has_no_folder(data):
    with pytest.raises(DataError, match="save"):
        Data(None, data.assets).of("n", '"n"', None).read("a.csv")


def test_an_override_may_lie_anywhere(data, tmp_path):
    other = Data(data.folder, data.assets, {"table_1": tmp_path / "secret.csv"})
    assert other.of("table_1", "x", None).read("a.csv") == b"secret"
    assert other.of("table_2", "x", None).read("a.csv") == b"1"


def test_a_missing_override_is_named(data):
    other = Data(data.folder, data.assets, {"table_1": Path("/nowhere/x.csv")}).of("table_1", "x", None)
    with pytest.raises(DataError, match=r"/nowhere/x\.csv"):
        other.read("a.csv")


def test_a_file_over_the_limit_is_refused(data, monkeypatch):
    monkeypatch.setattr(limits, "TABLE_BYTES", 3)
    (data.folder / "large.csv").write_text("1234")
    assert data.read("a.csv") == b"1"
    with pytest.raises(DataError, match="4 bytes"):
        data.read("large.csv")


def test_long_names_are_cut(data):
    with pytest.raises(DataError) as caught:
        data.read("x" * 900)
    assert len(caught.value.sentence) < 250


def test_the_bundled_data_sets_are_found():
    assert (ASSETS / "iris.csv").is_file()
