import hashlib
import re

import pytest
from dashboards.kql_parser import check

from promotion.report import page_files
from promotion.report.page import shown
from promotion.report.queries import queries

MODULES = sorted(path.name for path in page_files.FOLDER.glob("*.js"))
NAMES = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("name", page_files.VENDORED)
def test_vendored_files_are_those_of_their_packages(name):
    content = page_files.files()[name]
    readme = page_files.text("vendor/README.md")
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| {name[7:]} |")]
    assert f"`{hashlib.sha512(content).hexdigest()}`" in row


@pytest.mark.parametrize("name", ["d3", "plot"])
def test_they_come_with_their_licence(name):
    assert "Copyright" in page_files.text(f"vendor/{name}.LICENSE")


def test_no_name_is_there_twice_when_all_modules_are_one():
    names = [name for module in MODULES for name in NAMES.findall(page_files.text(module))]
    assert sorted(names) == sorted(set(names))


def test_every_module_is_in_the_script_of_a_report():
    script = page_files.script()
    for module in MODULES:
        for name in NAMES.findall(page_files.text(module)):
            assert re.search(rf"\b{name}\b", script)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)


@pytest.mark.parametrize("name", [*MODULES, *page_files.VENDORED, "page.css"])
def test_no_file_ends_the_element_that_it_stands_in(name):
    assert not re.search(r"</(script|style)|<!--", page_files.text(name), re.IGNORECASE)


@pytest.mark.parametrize("name", MODULES)
def test_no_module_makes_elements_of_text(name):
    hazards = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    assert not re.search(hazards, page_files.text(name))


def test_nothing_is_served_but_what_the_page_asks_for():
    assert all(name.endswith((".js", ".css", ".svg")) for name in page_files.files())


def test_queries_of_the_page_begin_as_all_others_do():
    given = queries()["promotions-by-outcome"].body.split("//\nlet ends")[0]
    for name in shown().keys() - queries().keys():
        assert shown()[name].body.startswith(given)


def test_microsofts_parser_finds_no_mistake_in_them():
    own = {name: one.text for name, one in shown().items() if name not in queries()}
    for name, found in check(own).items():
        assert found["mistakes"] == [], name
        assert [column for column, _ in found["columns"]] == [
            one.name for one in shown()[name].columns
        ]
