import time
from types import SimpleNamespace

import httpx
from unit.cli.service import World

SECRET = "s3cret-marked"


class Credential:
    """Gives tokens that live so many seconds, and counts them."""

    def __init__(self, seconds=3600.0, error=None):
        self.asked, self.seconds, self.error = [], seconds, error

    def get_token(self, scope, **given):
        self.asked.append((scope, given))
        if self.error:
            raise self.error
        number = len(self.asked)
        return SimpleNamespace(token=f"{SECRET}-{number}", expires_on=time.time() + self.seconds)


def logged_in(credential, **environment):
    world = World().with_environment({"PROMOTE_URL": "https://o"} | environment)
    result = world.type("list", credential=lambda _: credential)
    return world, result


def test_a_token_for_the_services_application_is_sent_and_shown_nowhere():
    credential = Credential()
    world, result = logged_in(credential, PROMOTE_CLIENT_ID="c-1")
    assert credential.asked == [("api://c-1/.default", {})]
    assert world.network.requests[0].headers["authorization"] == f"Bearer {SECRET}-1"
    assert SECRET not in result.output


def test_a_token_is_asked_for_again_before_it_ends():
    world = World().with_environment({"PROMOTE_URL": "https://o", "PROMOTE_CLIENT_ID": "c"})
    for seconds, asked in ((3600, 1), (200, 2)):
        credential = Credential(seconds)
        world.network.first = [_busy()]
        world.type("list", credential=lambda _, one=credential: one)
        assert len(credential.asked) == asked


def test_the_key_of_the_environment_is_sent_and_shown_nowhere():
    world, result = logged_in(None, PROMOTE_KEY=SECRET)
    assert world.network.requests[0].headers["x-functions-key"] == SECRET
    assert SECRET not in result.output


def test_what_the_network_library_refuses_to_send_is_a_mistake_and_not_repeated():
    world = World(first=[httpx.LocalProtocolError(f"Illegal header value b'{SECRET}'")])
    result = world.type("list")
    assert (result.exit_code, world.slept, len(world.sent)) == (2, [], 1)
    assert SECRET not in result.output


def test_a_profile_that_names_no_login_is_said_to_get_none_of_the_environment(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text("[profiles.a]\nurl='https://a'\n")
    given = {"PROMOTE_CONFIG": str(file), "PROMOTE_KEY": SECRET}
    world = World(first=[httpx.Response(401)]).with_environment(given)
    result = world.type("list")
    assert "x-functions-key" not in world.network.requests[0].headers
    assert result.exit_code == 3
    assert 'login = "key"' in result.stderr


def test_a_profiles_tenant_and_headers_are_used(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text(
        "[profiles.a]\nurl='https://a'\nclient_id='c'\ntenant_id='t'\nheaders={X-Api='k'}\n"
    )
    credential = Credential()
    world = World().with_environment({"PROMOTE_CONFIG": str(file)})
    world.type("list", credential=lambda _: credential)
    assert credential.asked == [("api://c/.default", {"tenant_id": "t"})]
    assert world.network.requests[0].headers["x-api"] == "k"


def test_nobody_logged_in_is_said_in_a_line_with_what_to_do():
    class ClientAuthenticationError(Exception):
        """As azure-core calls it."""

    error = ClientAuthenticationError("No credential worked.\nAttempted: many")
    _, result = logged_in(Credential(error=error), PROMOTE_CLIENT_ID="c")
    assert result.exit_code == 3
    said = "Nobody is logged in: No credential worked.\nLog in with az login, or use --device-code."
    assert result.stderr == f"{said}\n"


def test_a_login_that_azure_does_not_answer_is_no_answer():
    class AzureError(Exception):
        """As azure-core calls it."""

    class ServiceRequestError(AzureError):
        """The same."""

    error = ServiceRequestError("no such host\nmore")
    _, result = logged_in(Credential(error=error), PROMOTE_CLIENT_ID="c")
    assert result.exit_code == 5
    said = "Microsoft Entra cannot be asked for a token: no such host\n"
    assert result.stderr == f"{said}Check the network, and try again a little later.\n"


def test_without_azure_identity_it_is_said_how_to_get_it():
    def missing(_):
        raise ModuleNotFoundError(name="azure.identity")

    world = World().with_environment({"PROMOTE_URL": "https://o", "PROMOTE_CLIENT_ID": "c"})
    result = world.type("list", credential=missing)
    assert (result.exit_code, "azure-identity" in result.stderr) == (2, True)


def _busy():
    return httpx.Response(429, headers={"Retry-After": "1"})
