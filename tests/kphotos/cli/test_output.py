"""What reaches stdout and stderr: one document for programs, words for people, nothing that forges either."""

import json
import logging

import pytest

from kphotos.cli import logs
from kphotos.cli.output import Output, printable


def test_with_json_stdout_holds_the_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    out = Output(as_json=True)
    out.say("for people")
    out.note("on the way")
    with out.progress("Reading") as step:
        step(1, 2)
    out.result({"b": {"z", "a"}, "a": "é"}, lambda: pytest.fail("words for people"))
    told = capsys.readouterr()
    assert told.out == '{"a": "\\u00e9", "b": ["a", "z"]}\n'
    assert told.err == "on the way\n"


def test_a_refusal_is_a_document_with_code_and_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).error("read_only", "It cannot be written.", kept="All of it.", field=None)
    expected = {"error": {"code": "read_only", "message": "It cannot be written.", "kept": "All of it."}}
    assert json.loads(capsys.readouterr().out) == expected


def test_a_refusal_for_people_stands_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Output().error("read_only", "It cannot be written.", kept="All of it.")
    assert capsys.readouterr() == ("", "kphotos: It cannot be written.\n  All of it.\n")


def test_no_name_can_move_the_cursor_or_forge_markup(capsys: pytest.CaptureFixture[str]) -> None:
    out = Output()
    out.say("\x1b[2Jgone [bold]x[/bold] \udcff")
    out.table(("name",), [("a\rb",)])
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\\x1b[2Jgone [bold]x[/bold] \\udcff" in told
    assert "a\\rb" in told


def test_a_log_line_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        logs.begin("info")
        logging.getLogger("kphotos.test").warning("bad name %s", "a\nINFO forged\x1b[0m")
        try:
            raise ValueError("x\ny")
        except ValueError:
            logging.getLogger("kphotos.test").exception("it failed")
    finally:
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(logging.WARNING)
    lines = capsys.readouterr().err.splitlines()
    assert "bad name a\\nINFO forged\\x1b[0m" in lines[0]
    assert "it failed" in lines[1]
    assert all(line.startswith("    ") for line in lines[2:])


def test_what_can_be_printed_stays_as_it_is() -> None:
    assert printable("Zürich – 東京 👩‍🚀\nnext") == "Zürich – 東京 👩\\u200d🚀\nnext"
