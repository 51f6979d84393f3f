import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.cli.printable import in_json, printable


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("rmse is 4.2 § ü 漢", "rmse is 4.2 § ü 漢"),
        ("tag ##vso[task.setvariable variable=X]y", "tag # #vso[task.setvariable variable=X]y"),
        ("tag ##[error]x", "tag # #[error]x"),
        ("  ::set-output name=x::y", "  : :set-output name=x::y"),
        ("clear \x1b[2J the terminal\r\n", "clear \\x1b[2J the terminal\\r\\n"),
    ],
)
def test_text_of_others_is_no_command(line, printed):
    assert printable([line]) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ü § 漢", "ü § 漢"),
        ("##vso[task.complete]", r"\u0023#vso[task.complete]"),
        ("###[error]", r"\u0023\u0023#[error]"),
        ("#1", "#1"),
        ("\x9b31m\x7f", r"\u009b31m\u007f"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("\U000e0001", r"\udb40\udc01"),
    ],
)
def test_json_of_others_is_the_same_json_and_no_command(text, printed):
    whole = json.dumps(text, ensure_ascii=False)
    assert in_json(whole) == f'"{printed}"'
    assert json.loads(in_json(whole)) == text


@pytest.mark.parametrize("ascii_only", [False, True])
@given(st.text())
def test_json_says_the_same_however_it_is_written(ascii_only, text):
    written = in_json(json.dumps(text, ensure_ascii=False), ascii_only=ascii_only)
    assert json.loads(written) == text
    assert "##" not in written
    assert written.isascii() or not ascii_only
