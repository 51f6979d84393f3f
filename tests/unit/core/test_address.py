import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from promotion.core.address import Address, Host, allowed


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://Fair.contoso.com", ("fair.contoso.com", 443, "/")),
        (
            "https://fair.contoso.com:8443/a/b?c=d&e=%20",
            ("fair.contoso.com", 8443, "/a/b?c=d&e=%20"),
        ),
        ("https://localhost?c", ("localhost", 443, "/?c")),
        ("https://fair.contoso.com/@/a", ("fair.contoso.com", 443, "/@/a")),
    ],
)
def test_an_address_has_three_parts(url, parts):
    address = Address.of(url)
    assert (address.host, address.port, address.target) == parts


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://fair.contoso.com/", "https://"),
        ("ftp://fair.contoso.com/", "https://"),
        ("fair.contoso.com", "https://"),
        ("https://me:secret@fair.contoso.com/", "user name"),
        ("https://fair.contoso.com@evil.com/", "user name"),
        ("https://fair.contoso.com\\@evil.com/", "user name"),
        ("https://fair.contoso.com/#a", "#"),
        ("https://", "such as"),
        ("https:///judge", "such as"),
        ("https://fair.contoso.com.", "such as"),
        ("https://fair..contoso.com", "such as"),
        ("https://-fair.contoso.com", "such as"),
        (f"https://{'a' * 64}.com", "such as"),
        (f"https://{'a.' * 127}com", "such as"),
        ("https://fair.contoso.com:0", "such as"),
        ("https://fair.contoso.com:65536", "such as"),
        ("https://127.0.0.1/", "such as"),
        ("https://2130706433/", "such as"),
        ("https://0x7f.1/", "such as"),
        ("https://[::1]/", "such as"),
        ("https://fäir.contoso.com/", "such as"),
        ("https://fair.contoso.com/a b", "such as"),
        ("https://fair.contoso.com/a\r\nHost: evil.com", "such as"),
        ("https://fair.contoso.com/\n", "such as"),
    ],
)
def test_what_is_no_address_says_why(url, what):
    with pytest.raises(ValueError, match=what):
        Address.of(url)
    assert not allowed(url, ["fair.contoso.com", "*.contoso.com"])


@pytest.mark.parametrize(
    ("host", "hosts", "may"),
    [
        ("fair.contoso.com", ["fair.contoso.com"], True),
        ("FAIR.contoso.com", ["fair.Contoso.com"], True),
        ("fair.contoso.com", ["other.contoso.com", "*.contoso.com"], True),
        ("a.fair.contoso.com", ["*.contoso.com"], True),
        ("contoso.com", ["*.contoso.com"], False),
        ("fair.notcontoso.com", ["*.contoso.com"], False),
        ("fair.contoso.com.evil.com", ["*.contoso.com", "fair.contoso.com"], False),
        ("fair.contoso.com", [], False),
    ],
)
def test_only_hosts_that_are_listed_may_be_asked(host, hosts, may):
    assert allowed(f"https://{host}/judge", hosts) is may


@given(st.text(max_size=40))
def test_whatever_is_written_is_an_address_or_a_value_error(text):
    try:
        address = Address.of(f"https://{text}")
    except ValueError:
        return
    assert set(address.host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    assert address.target.isascii()
    assert not set(address.target) & set(" \r\n#\\")


@pytest.mark.parametrize(
    "host", ["*", "*.", "*.com", "f*.contoso.com", "https://a.com", "a.com:1", ""]
)
def test_what_is_no_host_is_refused(host):
    with pytest.raises(ValidationError):
        TypeAdapter(Host).validate_python(host)
