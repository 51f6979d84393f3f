import pytest

from local.identities import identities, profiles
from promotion.cli.connection import connect, overlooked
from promotion.cli.exits import Failed
from promotion.cli.profiles import Login

FILE = """\
default = "dev"
[profiles.dev]
url = "https://dev.example/api/"
client_id = "c-dev"
[profiles.prod]
url = "https://prod.example"
client_id = "c-prod"
tenant_id = "t"
login = "device-code"
[profiles.key]
url = "https://key.example"
login = "key"
[profiles.azure]
url = "https://azure.example"
login = "azure"
[profiles.bare]
url = "https://bare.example"
[profiles.local]
url = "http://localhost:7071"
headers = {X-Who = "ada"}
"""


@pytest.fixture
def resolved(tmp_path):
    """What is meant by those options and that environment."""
    file = tmp_path / "config.toml"
    file.write_text(FILE)

    def resolve(url=None, profile=None, device_code=False, **environment):
        given = {"PROMOTE_CONFIG": str(file)} | environment
        return connect(given, url, profile, device_code)

    return resolve


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "https://dev.example"),
        ({"PROMOTE_PROFILE": "prod"}, "https://prod.example"),
        ({"PROMOTE_PROFILE": "prod", "PROMOTE_URL": "https://e"}, "https://e"),
        ({"profile": "prod", "PROMOTE_URL": "https://e"}, "https://prod.example"),
        ({"url": "https://o", "PROMOTE_PROFILE": "prod", "PROMOTE_URL": "https://e"}, "https://o"),
        ({"url": "http://[::1]:7071/"}, "http://[::1]:7071"),
    ],
)
def test_options_count_more_than_the_environment_and_that_more_than_the_file(resolved, given, url):
    assert resolved(**given).url == url


@pytest.mark.parametrize(
    ("given", "login"),
    [
        ({"url": "https://o"}, Login.NONE),
        ({"url": "https://o", "PROMOTE_KEY": "k"}, Login.KEY),
        ({"url": "https://o", "PROMOTE_KEY": "k", "PROMOTE_CLIENT_ID": "c"}, Login.AZURE),
        ({"url": "https://o", "PROMOTE_CLIENT_ID": "c", "device_code": True}, Login.DEVICE_CODE),
        ({"profile": "dev", "PROMOTE_KEY": "k"}, Login.AZURE),
        ({"profile": "prod"}, Login.DEVICE_CODE),
        ({"profile": "key", "PROMOTE_KEY": "k", "PROMOTE_CLIENT_ID": "c"}, Login.KEY),
        ({"profile": "local"}, Login.NONE),
    ],
)
def test_how_to_log_in_is_what_is_said_or_what_is_known(resolved, given, login):
    assert resolved(**given).login is login


@pytest.mark.parametrize("written", ["k3y", " k3y\r\n", "k3y\n"])
def test_the_end_of_the_line_of_a_file_is_no_part_of_the_key(resolved, written):
    assert resolved(url="https://o", PROMOTE_KEY=written).key == "k3y"


@pytest.mark.parametrize(
    "header", ["X-Api = 'secré'", 'X-Api = "secret\\nX"', '"X Api" = "secret"', '"secré" = "a"']
)
def test_a_header_that_cannot_be_sent_is_refused_and_not_repeated(resolved, tmp_path, header):
    (tmp_path / "config.toml").write_text(
        f"[profiles.a]\nurl = 'https://a'\nheaders = {{{header}}}", encoding="utf-8"
    )
    with pytest.raises(Failed, match="that no header has") as error:
        resolved()
    assert error.value.code == 2
    assert "secr" not in f"{error.value.detail}{error.value.remedy}"


@pytest.mark.parametrize(
    ("profile", "login", "sent"),
    [
        ("bare", Login.NONE, (None, None)),
        ("local", Login.NONE, (None, None)),
        ("dev", Login.AZURE, ("c-dev", None)),
        ("azure", Login.AZURE, ("c-env", None)),
        ("key", Login.KEY, (None, "k")),
    ],
)
def test_the_environments_login_goes_to_no_profile_that_does_not_ask_for_it(
    resolved, profile, login, sent
):
    found = resolved(profile=profile, PROMOTE_KEY="k", PROMOTE_CLIENT_ID="c-env")
    assert found.login is login
    assert (found.client_id if login is Login.AZURE else None, found.key) == sent


@pytest.mark.parametrize(
    ("url", "profile", "warned"), [(None, None, True), ("u", None, False), (None, "p", False)]
)
def test_a_profile_that_the_environment_names_in_vain_is_said(url, profile, warned):
    both = {"PROMOTE_URL": "https://e", "PROMOTE_PROFILE": "prod"}
    assert bool(overlooked(both, url, profile)) is warned
    assert overlooked({"PROMOTE_URL": "https://e"}, url, profile) is None


def test_a_profiles_client_id_is_not_that_of_the_environment(resolved):
    assert resolved(profile="prod", PROMOTE_CLIENT_ID="other").client_id == "c-prod"


def test_another_service_gets_nothing_that_the_profile_knows(resolved):
    found = resolved(url="https://evil.example")
    assert (found.client_id, dict(found.headers)) == (None, {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "https://o", "profile": "dev"}, "both name a service"),
        ({"url": "ftp://o"}, "no address"),
        ({"url": "https://"}, "no address"),
        ({"url": "https://o:99999"}, "no address"),
        ({"url": "https://o/elsewhere"}, "no address"),
        ({"url": "https://me:secret@o"}, "more than a host"),
        ({"url": "http://o", "PROMOTE_KEY": "k"}, "not encrypted"),
        ({"url": "http://localhost.evil.example", "PROMOTE_KEY": "k"}, "not encrypted"),
        ({"profile": "qa"}, "has no profile qa; it has azure, bare, dev, key, local, prod"),
        ({"profile": "key"}, "there is none"),
        ({"url": "https://o", "device_code": True}, "takes the client id"),
        ({"PROMOTE_CONFIG": "/no/such", "profile": "x"}, "There is no profile x"),
        ({"PROMOTE_CONFIG": "/no/such"}, "PROMOTE_CONFIG names /no/such, which is not there"),
        ({"PROMOTE_CONFIG": ""}, "not known which service"),
        ({"url": "https://o", "PROMOTE_KEY": "secret\r\nX"}, "PROMOTE_KEY has characters that no"),
        ({"url": "https://o", "PROMOTE_KEY": "secreté"}, "PROMOTE_KEY has characters that no key"),
        ({"profile": "azure"}, "takes the client id"),
        ({"profile": "key", "device_code": True, "PROMOTE_CLIENT_ID": "c"}, "takes the client id"),
        ({"profile": "bare", "device_code": True, "PROMOTE_CLIENT_ID": "c"}, "takes the client id"),
    ],
)
def test_what_is_not_known_or_not_safe_is_refused(resolved, given, said):
    with pytest.raises(Failed, match=said) as error:
        resolved(**given)
    assert error.value.code == 2
    assert "secret" not in f"{error.value.detail}{error.value.remedy}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profiles", "is not TOML"),
        ("profiles = 1", "profiles is not a table"),
        ("default = 1\n[profiles.a]\nurl = 'https://a'", "default is not a text"),
        ("[profiles]\na = 1", "is not a table"),
        ("[profiles.a]\nclient_id = 'x'", "has no url"),
        ("[profiles.a]\nurl = 1", "url is not a text"),
        ("[profiles.a]\nurl = 'https://a'\nkey = 'k'", "key cannot be used here"),
        ("[profiles.a]\nurl = 'https://a'\nlogin = 'password'", "login is 'password'"),
        ("[profiles.a]\nurl = 'https://a'\nheaders = 1", "headers is not a table of texts"),
        ("[profiles.a]\nurl = 'https://a'\nheaders = {a = 1}", "a is not a text"),
    ],
)
def test_a_mistake_in_the_file_is_said_with_its_place(resolved, tmp_path, text, said):
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(Failed, match=said) as error:
        resolved()
    assert "config.toml" in error.value.detail


def test_the_only_profile_is_the_default_one(resolved, tmp_path):
    (tmp_path / "config.toml").write_text("[profiles.a]\nurl = 'https://a'")
    assert resolved().url == "https://a"


def test_the_people_of_the_local_service_are_profiles(resolved, tmp_path):
    (tmp_path / "config.toml").write_text(profiles("http://127.0.0.1:7071"))
    assert resolved(profile="bob").headers == identities()["bob"]
    assert resolved().headers == identities()["ada"]


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:1", True), ("https://localhost", True), ("https://local.host", False)],
)
def test_a_service_on_this_machine_is_known_as_such(resolved, url, here):
    assert resolved(url=url).is_here is here
