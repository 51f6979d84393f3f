"""What a policy may say about the ways ``register`` and ``job`` of a stage."""

import pytest
from unit.builders import FILES, POLICY

from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.policy.reading import read_policy

STAGE = POLICY[: POLICY.index("        online:")]
JOB = "type: pipeline\ninputs:\n  model: {type: mlflow_model}\n  candidates: {type: uri_folder}\n"


def read(way: str, job: str = JOB):
    files = FILES | {"job.yml": job}
    text = f"{STAGE}        {way}\n"
    return read_policy(text, name="promotion.yaml", settings={}, read_file=files.__getitem__)


def mistakes(way: str, job: str = JOB) -> list[str]:
    with pytest.raises(PolicyInvalid) as invalid:
        read(way, job)
    return [f"{mistake.where}: {mistake.what}" for mistake in invalid.value.mistakes]


PLACE = "routes.taxi.stages.0"


def test_the_file_of_a_job_is_read_with_the_policy():
    document = read("job: {file: job.yml}")
    assert document.files["job.yml"] == JOB


@pytest.mark.parametrize(
    ("way", "job", "mistake"),
    [
        (
            "job: {file: job.yml, input: candidate}",
            JOB,
            f"{PLACE}.job.input: job.yml has no input candidate, which is to be the model; "
            "did you mean candidates?",
        ),
        (
            "job: {file: job.yml}",
            "type: pipeline\n",
            f"{PLACE}.job.file: job.yml has no input model, which is to be the model",
        ),
        (
            "job: {file: job.yml, input: candidates}",
            JOB,
            f"{PLACE}.job.input: job.yml has an input candidates that takes no model; write it as "
            "{type: mlflow_model}, or with one of the types custom_model and triton_model",
        ),
        (
            "job: {file: job.yml}",
            "inputs: {model: azureml:taxi:1}",
            f"{PLACE}.job.file: job.yml has an input model that takes no model; write it as "
            "{type: mlflow_model}, or with one of the types custom_model and triton_model",
        ),
        (
            "job: {file: job.yml}",
            "[1]",
            f"{PLACE}.job.file: job.yml: this file must be a mapping, with fields such as type",
        ),
        (
            "job: {file: job.yml}",
            "a: [",
            f"{PLACE}.job.file: job.yml: not YAML: expected the node content, but found "
            "'<stream end>' (line 1, column 5)",
        ),
        (
            "job: {file: job.yml, inpt: model}",
            JOB,
            f"{PLACE}.job.inpt: not a field of a job; did you mean input?",
        ),
        (
            "job: {file: job.yml, input: a.b}",
            JOB,
            f"{PLACE}.job.input: string should match pattern '^[A-Za-z_][A-Za-z0-9_]{{0,63}}$'",
        ),
        (
            "register: {tags: {promotion.id: mine}}",
            JOB,
            f"{PLACE}.register.tags: the service itself sets tags that begin with promotion., "
            "such as promotion.id",
        ),
        (
            f"register: {{tags: {{why: {'x' * 257}}}}}",
            JOB,
            f"{PLACE}.register.tags: a tag has a name and a value of up to 256 characters; "
            "the value of why has 257",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is(way, job, mistake):
    assert mistake in mistakes(way, job)


def test_a_file_that_cannot_be_read_is_one_mistake():
    assert len(mistakes("job: {file: job.yml}", "a: [")) == 1
