"""Where the programs of the servers come from: fetched once, whole, from the mirror that this machine uses."""

import pytest

import cache
import debian
from cache import Unavailable, cached


def test_what_could_not_be_fetched_whole_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "CACHE", tmp_path)

    def fail(folder):
        (folder / "first").write_text("half")
        raise Unavailable("the rest is missing")

    with pytest.raises(Unavailable, match="^the rest is missing$"):
        cached("thing", "A thing", fail)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_fetched_again(monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "CACHE", tmp_path)
    (tmp_path / "making-left").mkdir()
    folder = cached("thing", "A thing", lambda folder: (folder / "first").write_text("whole"))
    assert cached("thing", "A thing", lambda _: pytest.fail("fetched again")) == folder == tmp_path / "thing"
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["thing", "thing/first"]


@pytest.mark.parametrize(
    ("file", "text", "mirror"),
    [
        ("sources.list", "deb [arch=amd64] http://m.example/debian bookworm main\n", "http://m.example/debian"),
        ("sources.list", "# deb http://no.example/debian\ndeb http://m.example/debian x\n", "http://m.example/debian"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: https://m.example/debian/\n", "https://m.example/debian/"),
        ("mirrors/debian.list", "https://m.example/debian\n", "https://m.example/debian"),
    ],
    ids=["one line", "a comment", "deb822", "mirror+file"],
)
def test_the_mirror_is_the_one_of_this_machine(monkeypatch, tmp_path, file, text, mirror):
    monkeypatch.setattr(debian, "SOURCES", tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert debian.mirror() == mirror


def test_a_mirror_of_something_else_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(debian, "SOURCES", tmp_path)
    (tmp_path / "sources.list").write_text("deb http://m.example/debian-security bookworm-security main\n")
    with pytest.raises(Unavailable, match="^no Debian mirror is named under "):
        debian.mirror()
