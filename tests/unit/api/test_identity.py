import base64

import pytest
from unit.api.builders import a_header, a_person

from promotion.api.identity import auth_of, caller_of
from promotion.api.principal import HEADER
from promotion.api.problems import Refusal
from promotion.api.rights import KEY_RIGHTS, ROLES, Right

VIEWER = ("roles", "Promotion.Viewer")


def entra(header: str | None):
    return caller_of({HEADER: header} if header is not None else {}, "entra")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gives_its_rights_and_no_others(role):
    assert entra(a_person(role)).rights == ROLES[role]


def test_only_the_approver_approves_and_only_breakglass_bypasses():
    assert [role for role, rights in ROLES.items() if Right.APPROVE in rights] == [
        "Promotion.Approver"
    ]
    assert [role for role, rights in ROLES.items() if Right.BYPASS in rights] == [
        "Promotion.Breakglass"
    ]


@pytest.mark.parametrize("role", ["promotion.viewer", "Viewer", "Promotion.Admin", ""])
def test_a_role_that_is_not_ours_gives_nothing(role):
    assert entra(a_person(role)).rights == frozenset()


@pytest.mark.parametrize(
    "typ", ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "own"]
)
def test_roles_are_found_under_their_name_in_the_token_in_dotnet_and_in_the_header(typ):
    header = a_header(("upn", "a@b"), (typ, "Promotion.Viewer"), role_typ="own")
    assert entra(header).rights == ROLES["Promotion.Viewer"]


@pytest.mark.parametrize(
    ("claims", "name", "is_person"),
    [
        ([("preferred_username", "a@b")], "a@b", True),
        ([("upn", "a@b")], "a@b", True),
        ([("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "a@b")], "a@b", True),
        ([("azp", "c-1"), ("oid", "o-1")], "app:c-1", False),
        ([("oid", "o-1")], "app:o-1", False),
        ([("idtyp", "app"), ("upn", "a@b"), ("appid", "c-1")], "app:c-1", False),
        # Anybody may be called so, or have that address.
        ([("name", "Ada"), ("email", "ada@contoso.com"), ("appid", "c-1")], "app:c-1", False),
    ],
)
def test_people_are_told_from_applications(claims, name, is_person):
    caller = entra(a_header(*claims, VIEWER))
    assert (caller.name, caller.is_person) == (name, is_person)


def test_a_person_has_other_names_too():
    caller = entra(a_person("Promotion.Viewer"))
    assert (caller.also, caller.object_id, caller.display_name) == (("o-1",), "o-1", "Ada")


@pytest.mark.parametrize(
    "claims",
    [
        (("unique_name", "live.com#ada@x.com"), ("oid", "o-1")),
        (("preferred_username", "ada_x.com#EXT#@contoso.com"), ("oid", "o-1")),
        (("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "ada@x.com"),),
        (("scp", "user_impersonation"), ("oid", "o-1"), ("appid", "c-1")),
    ],
)
def test_a_guest_is_a_person_in_tokens_of_either_version(claims):
    caller = entra(a_header(*claims, VIEWER))
    assert caller.is_person
    assert not caller.name.startswith("app:")


def believes(environment) -> bool:
    """Whether the header of App Service authentication counts in that environment."""
    auth = auth_of({"PROMOTION_AUTH": "entra", **environment})
    try:
        caller_of({HEADER: a_person("Promotion.Operator")}, auth)
    except Refusal:
        return False
    return True


AZURE = {"WEBSITE_SITE_NAME": "func-promotion"}
DEVELOPMENT = {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}


@pytest.mark.parametrize(
    ("environment", "believed"),
    [
        (AZURE, False),
        (AZURE | {"WEBSITE_AUTH_ENABLED": "False"}, False),
        (AZURE | {"WEBSITE_AUTH_ENABLED": "True"}, True),
        ({}, False),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "Production"}, False),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": ""}, False),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, False),
        ({"CONTAINER_APP_NAME": "promotion"}, False),
        (DEVELOPMENT, True),
        (DEVELOPMENT | {"CONTAINER_NAME": "somebody's own"}, True),
        # The pod of a developer or of CI, which does not have what an app in Kubernetes has.
        (DEVELOPMENT | {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
    ],
)
def test_entra_counts_where_it_is_known_to_be_on_and_at_a_developers(environment, believed):
    assert believes(environment) is believed


@pytest.mark.parametrize(
    "deployed",
    [
        AZURE,
        {"WEBSITE_INSTANCE_ID": "0f3c"},
        {"WEBSITE_POD_NAME": "0f3c"},
        {"LEGION_SERVICE_HOST": "h"},
        {"MANAGED_ENVIRONMENT": "true"},
        {"CONTAINER_APP_NAME": "promotion"},
        {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAMESPACE": "apps"},
    ],
)
def test_an_app_that_is_deployed_is_nobodys_machine_whatever_it_says(deployed):
    assert not believes(DEVELOPMENT | deployed)
    assert believes(DEVELOPMENT | deployed | {"WEBSITE_AUTH_ENABLED": "true"})


def test_whoever_has_made_sure_can_say_so():
    assert auth_of(AZURE | {"PROMOTION_AUTH": "entra-in-front"}) == "entra-in-front"


def test_who_is_refused_because_of_that_is_told_what_to_do():
    with pytest.raises(Refusal) as refused:
        caller_of({}, auth_of({"PROMOTION_AUTH": "entra"}))
    remedy = refused.value.problem.remedy
    assert "entra-in-front" in remedy
    assert "AZURE_FUNCTIONS_ENVIRONMENT" in remedy


def test_the_setting_cannot_name_what_only_the_platform_makes_of_it():
    with pytest.raises(Refusal):
        caller_of({"x-ms-client-principal": a_person("Promotion.Operator")}, "entra, and off")


def test_an_application_cannot_approve_whatever_its_roles():
    caller = entra(a_header(("appid", "c-1"), ("roles", "Promotion.Approver")))
    with pytest.raises(Refusal) as refused:
        caller.must(Right.APPROVE)
    assert refused.value.problem.status == 403


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "not base64!",
        "ä",
        base64.b64encode(b"not json").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"{}").decode(),
        base64.b64encode(b'{"auth_typ": "aad", "claims": {}}').decode(),
        base64.b64encode(b"[" * 5_000).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        a_header(("upn", "a@b"), VIEWER, auth_typ="github"),
        a_header(("upn", "a@b"), VIEWER, auth_typ=None),
        a_header(VIEWER),
        a_header(("upn", "  "), VIEWER),
        a_header(("upn", "a@b"), VIEWER, ("padding", "x" * 49_152)),
    ],
)
def test_without_certainty_nobody_is_recognised(header):
    with pytest.raises(Refusal) as refused:
        entra(header)
    assert refused.value.problem.status == 401


@pytest.mark.parametrize("auth", [None, "", "Entra", "none", "off", "keys"])
def test_without_a_known_setting_nobody_is_recognised(auth):
    with pytest.raises(Refusal) as refused:
        caller_of({HEADER: a_person(*ROLES)}, auth)
    assert refused.value.problem.status == 401


def test_whoever_has_a_key_is_nobody_whatever_the_header_says():
    caller = caller_of({HEADER: a_person(*ROLES)}, "key")
    assert (caller.name, caller.is_person, caller.rights) == ("function-key", False, KEY_RIGHTS)
