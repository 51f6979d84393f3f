"""What is drawn keeps to its room."""

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from promotion.cli.drawing import drawn
from promotion.report.text.blocks import Bar, Cell, Entry, Heading, Part, Table

SHARES = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)


@given(SHARES, st.integers(20, 120))
def test_a_bar_of_several_parts_is_one_line_however_wide_it_is(counts, width):
    bar = Bar(tuple(Part(count / sum(counts)) for count in counts))
    table = Table((Heading("DAY"), Heading("")), (Entry((Cell("today"), bar)),))
    file = StringIO()
    Console(file=file, width=width).print(*drawn([table], width))
    assert len(file.getvalue().strip().splitlines()) == 2
