import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.gates.repository import address_of, glob_of, is_at


@pytest.mark.parametrize(
    "url",
    [
        "https://dev.azure.com/contoso/fares/_git/taxi",
        "https://contoso@dev.azure.com/contoso/fares/_git/taxi",
        "git@ssh.dev.azure.com:v3/contoso/fares/taxi",
        "ssh://git@ssh.dev.azure.com/v3/contoso/fares/taxi",
        "contoso@vs-ssh.visualstudio.com:v3/contoso/fares/taxi",
        "https://contoso.visualstudio.com/fares/_git/taxi",
        "https://contoso.visualstudio.com/DefaultCollection/fares/_git/taxi",
    ],
)
def test_every_address_of_azure_repos_is_the_same(url):
    assert address_of(url) == "https://dev.azure.com/contoso/fares/_git/taxi"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ssh://git@git.contoso.com:2222/fares/taxi.git", "https://git.contoso.com/fares/taxi"),
        ("https://[::1]/fares/taxi", "https://[::1]/fares/taxi"),
        ("git@git.contoso.com:/srv/taxi.git", "https://git.contoso.com/srv/taxi"),
        ("/home/ada/taxi", "/home/ada/taxi"),
        ("C:/code/taxi", "C:/code/taxi"),
        ("file:///home/ada/taxi", "file:///home/ada/taxi"),
        ("https://hidden:word/x", None),
        ("https://github.com/Contoso/Taxi", "https://github.com/Contoso/Taxi"),
    ],
)
def test_addresses(url, address):
    assert address_of(url) == address


@pytest.mark.parametrize(
    ("wish", "meant"),
    [
        ("*", True),
        ("github.com/contoso/*", True),
        ("https://GitHub.com/contoso/taxi.git", True),
        ("git@github.com:contoso/*", True),
        ("*://github.com/contoso/taxi", True),
        ("*contoso/taxi", True),
        ("https://*/taxi", True),
        ("https://github.com/contoso/bus", False),
        ("https://github.com/contoso", False),
        ("https://github.com/Contoso/*", False),
        ("http*", True),
    ],
)
def test_a_wish_may_be_spelt_in_any_way(wish, meant):
    assert is_at("https://github.com/contoso/taxi", wish) is meant


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_before_an_at_is_ever_told(before, after):
    told = address_of(f"https://{before}SECRET{before}@{after}")
    assert told is None or "SECRET" not in told.removeprefix("https://secret/").upper()


@given(st.text(max_size=40))
def test_an_address_is_its_own_spelling(url):
    address = address_of(url)
    if address is not None:
        assert address_of(address) in (address, None)
        assert isinstance(glob_of(url), str)
