import runpy

import pytest

from promotion.settings import APP_ROOT

generate = runpy.run_path(str(APP_ROOT / "docs" / "generate.py"))


@pytest.mark.parametrize(("name", "text"), generate["pages"]().items())
def test_the_page_of_each_gate_is_current(name, text):
    page = generate["FOLDER"] / name
    assert page.exists(), "run make docs"
    assert page.read_text(encoding="utf-8") == text, "run make docs"


def test_every_page_in_the_decisions_index_exists_and_the_other_way_round():
    folder = APP_ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("0*.md")}
    assert {name for name in pages if f"({name})" in index} == pages
