import pytest

from promotion.cli.printable import printable


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
