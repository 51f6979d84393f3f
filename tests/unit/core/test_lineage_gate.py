import pytest
from pydantic import ValidationError
from unit.builders import a_candidate

from promotion.core.candidate import Job
from promotion.core.gates.lineage import LineageGate
from promotion.core.verdict import Outcome

GIT = {
    "mlflow.source.git.repoURL": "https://github.com/contoso/taxi",
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.commit": "8c1f4f0e",
    "azureml.git.dirty": "False",
}


def a_job(properties: dict[str, str] = GIT, **known) -> Job:
    defaults = {"name": "brave_fox", "status": "Completed", "experiment": "taxi-fare"}
    return Job(**defaults | known, properties=properties)


def verdict(job: Job | None = None, by: str | None = None, **wishes):
    gate = LineageGate(kind="lineage", **wishes)
    return gate.evaluate(a_candidate(job=job, registered_by=by))


def test_a_completed_job_is_enough_when_nothing_else_is_asked():
    assert verdict(a_job(properties={})).outcome is Outcome.PASSED


def test_without_a_job_nothing_is_known():
    found = verdict(None)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "No job is known that made taxi-model:7" in found.reason


@pytest.mark.parametrize("status", ["Failed", "Canceled", "KILLED"])
def test_a_job_that_ended_otherwise_fails(status):
    assert verdict(a_job(status=status)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "status", ["Running", "Finalizing", "Queued", "NotResponding", "Unknown", None]
)
def test_a_job_that_has_not_ended_leaves_it_open(status):
    found = verdict(a_job(status=status))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "inconclusive: hold" in found.remedy


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/contoso/taxi",
        "https://GitHub.com/contoso/taxi.git",
        "https://github.com:443/contoso/taxi/",
        "git@github.com:contoso/taxi.git",
        "ssh://git@github.com/contoso/taxi",
        "https://ada:ghp_secret@github.com/contoso/taxi.git",
    ],
)
def test_every_spelling_of_a_repository_is_the_same(url):
    job = a_job(GIT | {"mlflow.source.git.repoURL": url})
    for wish in ("https://github.com/contoso/taxi", "https://github.com/contoso/*.git", url):
        assert verdict(job, repository=wish).outcome is Outcome.PASSED


def test_credentials_in_the_address_of_a_repository_are_never_told():
    url = "https://ada:ghp_secret@github.com/contoso/taxi.git"
    found = verdict(a_job(GIT | {"mlflow.source.git.repoURL": url}), repository="https://x.com/y")
    assert "github.com/contoso/taxi" in found.reason
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("wish", "properties", "outcome"),
    [
        ({"repository": "https://github.com/contoso/*"}, GIT, Outcome.PASSED),
        ({"repository": "https://github.com/fabrikam/*"}, GIT, Outcome.FAILED),
        ({"repository": "*"}, {}, Outcome.INCONCLUSIVE),
        ({"branch": "main"}, GIT, Outcome.PASSED),
        ({"branch": "release/*"}, GIT, Outcome.FAILED),
        ({"branch": "main"}, {"mlflow.source.git.branch": "refs/heads/main"}, Outcome.PASSED),
        ({"branch": "refs/heads/main"}, GIT, Outcome.PASSED),
        ({"branch": "main"}, {"azureml.git.branch": "main"}, Outcome.PASSED),
        ({"commit": True}, GIT, Outcome.PASSED),
        ({"commit": True}, {}, Outcome.INCONCLUSIVE),
        ({"clean": True}, GIT, Outcome.PASSED),
        ({"clean": True}, GIT | {"azureml.git.dirty": "True"}, Outcome.FAILED),
        ({"clean": True}, {}, Outcome.INCONCLUSIVE),
    ],
)
def test_git(wish, properties, outcome):
    assert verdict(a_job(properties), **wish).outcome is outcome


@pytest.mark.parametrize(
    ("environment", "outcome"),
    [
        ("azureml:sklearn-1.5:33", Outcome.PASSED),
        ("azureml://registries/azureml/environments/sklearn-1.5/versions/3", Outcome.PASSED),
        ("/subscriptions/s/workspaces/w/environments/e/versions/7", Outcome.PASSED),
        ("azureml:sklearn-1.5:latest", Outcome.FAILED),
        ("azureml:sklearn-1.5", Outcome.FAILED),
        ("sklearn-1.5:33", Outcome.PASSED),
        ("azureml://registries/azureml/environments/sklearn-1.5/labels/latest", Outcome.FAILED),
        ("sklearn-1.5@latest", Outcome.FAILED),
        (None, Outcome.INCONCLUSIVE),
    ],
)
def test_a_pinned_environment_names_a_version(environment, outcome):
    job = a_job(environment=environment)
    assert verdict(job, pinned_environment=True).outcome is outcome


@pytest.mark.parametrize(
    ("by", "outcome"),
    [
        ("ada@contoso.com", Outcome.PASSED),
        ("Ada@Contoso.com", Outcome.PASSED),
        ("eve@example.com", Outcome.FAILED),
        (None, Outcome.INCONCLUSIVE),
    ],
)
def test_who_may_have_registered_it(by, outcome):
    assert verdict(a_job(), by, registered_by=("*@contoso.com",)).outcome is outcome


def test_everything_that_is_wrong_is_said_at_once_and_failure_outweighs_doubt():
    found = verdict(a_job({}, status="Failed"), commit=True, branch="main", experiment="bus")
    assert found.outcome is Outcome.FAILED
    for said in ("is Failed", "The experiment is taxi-fare", "The git branch", "git commit"):
        assert said in found.reason


def test_what_is_not_known_of_the_registration_has_a_remedy_of_its_own():
    found = verdict(a_job(), None, registered_by=("ada@*", "bob@*"))
    assert found.reason == "It is not known who registered the model; it should be ada@* or bob@*."
    assert found.remedy == "Let ada@* or bob@* register it."


@pytest.mark.parametrize(
    "url",
    [
        "https://ada:p@ss@github.com/contoso/bus",
        "https://ada:hidden/p@ss@github.com/contoso/bus",
        "HTTPS://hidden@GitHub.com/contoso/bus.git",
        "https://github.com/contoso/bus?token=hidden",
        "https://github.com/contoso/bus#hidden@ss",
        "git+https://hidden@github.com/contoso/bus",
        "https://hidden@github.com",
        "https://u:hid?den@github.com/contoso/bus",
        "odd://hidden@",
    ],
)
def test_no_password_is_told_wherever_it_stands(url):
    found = verdict(a_job(GIT | {"mlflow.source.git.repoURL": url}), repository="*/taxi")
    assert found.outcome is Outcome.FAILED
    for secret in ("p@ss", "hid", "ss@"):
        assert secret not in str(found)


def test_a_repository_elsewhere_cannot_pose_as_the_right_one():
    for url in (
        "https://evil.com/x@github.com/contoso/taxi",
        "https://github.com@evil.com/contoso/taxi",
        "https://evil.com/?https://github.com/contoso/taxi",
        "https://github.com.evil.com/contoso/taxi",
    ):
        job = a_job(GIT | {"mlflow.source.git.repoURL": url})
        found = verdict(job, repository="https://github.com/contoso/*")
        assert found.outcome is Outcome.FAILED, url


def test_what_the_job_says_is_shown_in_one_line():
    job = a_job(GIT | {"mlflow.source.git.branch": "main\n# Approved\x1b[2J\u202e"})
    assert verdict(job, branch="fares").reason == (
        "The git branch is main\\n# Approved\\x1b[2J\\u202e; it should be fares."
    )


@pytest.mark.parametrize("wishes", [{"repository": ""}, {"branch": "["}, {"registered_by": ()}])
def test_wishes_that_cannot_be_meant_are_refused(wishes):
    with pytest.raises(ValidationError):
        verdict(a_job(), **wishes)
