import base64
import json
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from unit.api.builders import a_person, ask

from promotion.api.docs import in_json, in_script
from promotion.api.openapi import document

VERA = a_person("Promotion.Viewer")


class Parts(HTMLParser):
    """The scripts of a page, and what it refers to."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.data, self.references = [], {}, []
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.references += [value for name, value in attrs if name in ("src", "href")]
        self._open = (tag, named)

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open and self._open[0] == "script":
            if "id" in self._open[1]:
                self.data[self._open[1]["id"]] = data
            else:
                self.scripts.append(data)


@pytest.fixture(scope="module")
def page():
    return ask("GET", "docs", who=VERA)


def test_the_page_has_the_document_and_refers_to_nothing_elsewhere(page):
    parts = Parts(page.body)
    assert (page.status, page.media_type) == (200, "text/html")
    assert json.loads(parts.data["openapi"]) == json.loads(document())
    assert parts.references == ["data:,"]


def test_it_may_run_its_own_scripts_and_nothing_else(page):
    policy = page.headers["Content-Security-Policy"]
    named = re.search(r"script-src ([^;]*)", policy).group(1).split()
    own = [base64.b64encode(sha256(one.encode()).digest()) for one in Parts(page.body).scripts]
    assert named == [f"'sha256-{one.decode()}'" for one in own]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_an_address_with_a_key_in_it_is_told_to_nobody(page):
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--", "</ScRiPt >"])
def test_nothing_in_the_document_can_end_its_element(evil):
    written = in_json({"description": evil})
    assert "<" not in written
    assert json.loads(written) == {"description": evil}


def test_nothing_in_a_script_can_end_it():
    assert "<" not in in_script('a = "</script>"; b = /<!--/; c = "<script>"')


@pytest.mark.parametrize("path", ["docs", "openapi.json"])
def test_it_is_closed_like_the_rest_and_only_read(path):
    assert ask("GET", path).status == 401
    assert ask("GET", path, who=a_person()).status == 403
    assert ask("GET", path, auth="key").status == 200
    reply = ask("POST", path, {}, who=VERA)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")
