import pytest
from unit.builders import DEV, FILES, POLICY

from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.policy.reading import read_policy


def read(text: str = POLICY, files: dict[str, str] = FILES, check_file=None, **settings: str):
    def read_file(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory")
        return files[path]

    further = {"check_file": check_file} if check_file else {}
    return read_policy(
        text, name="promotion.yaml", settings=settings, read_file=read_file, **further
    )


def mistakes(text: str, files: dict[str, str] = FILES) -> list[str]:
    with pytest.raises(PolicyInvalid) as caught:
        read(text, files)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_policy_knows_its_workspaces_in_whatever_spelling():
    policy = read().policy
    assert policy.workspace_name(DEV.arm_id.upper()) == "dev"
    assert policy.workspace_name("/subscriptions/x") is None


def test_a_policy_brings_its_files_and_the_names_of_its_endpoints():
    document = read()
    assert document.files == FILES
    assert document.endpoints == {"endpoint.yml": "taxi-fare"}


def test_the_digest_changes_with_the_files():
    changed = FILES | {"request.json": "{}"}
    assert read().digest == read().digest != read(files=changed).digest


def test_settings_are_filled_in():
    text = POLICY.replace("name: dev-ws", "name: ${DEV_WS}")
    assert read(text, DEV_WS="my-ws").policy.workspaces["dev"].name == "my-ws"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "at_most: 5.0",
            "at_mots: 5.0",
            "promotion.yaml:11:36: routes.taxi.gates.0.at_mots: "
            "not a field of a metric gate; did you mean at_most?",
        ),
        (
            "kind: metric",
            "kind: metrik",
            "promotion.yaml:11:10: routes.taxi.gates.0.kind: "
            "'metrik' is not a kind of gate; did you mean metric?",
        ),
        (
            "from: dev",
            "from: dve",
            "promotion.yaml:8:5: routes.taxi.from: "
            "'dve' is not one of the workspaces; did you mean dev?",
        ),
        (
            "workspace: prod",
            "workspace: production",
            "promotion.yaml:14:9: routes.taxi.stages.0.workspace: "
            "'production' is not one of the workspaces; did you mean prod?",
        ),
        (
            "tolerance: 2",
            "tolerence: 2",
            "promotion.yaml:18:72: routes.taxi.stages.0.online.smoke_test.tolerence: "
            "not a field of a smoke test; did you mean tolerance?",
        ),
        (
            "endpoint: endpoint.yml",
            "endpoint: nowhere.yml",
            "promotion.yaml:16:11: routes.taxi.stages.0.online.endpoint: "
            "nowhere.yml cannot be read: No such file or directory",
        ),
        (
            "workspace: prod",
            "workspace: prod\n        time_limit: 90",
            "promotion.yaml:15:9: routes.taxi.stages.0.time_limit: "
            "expected a duration such as 45s, 10m, 2h or 1d12h",
        ),
        (
            "name: dev-ws",
            "name: ${DEV_WS}",
            "promotion.yaml:3:55: workspaces.dev.name: the app setting DEV_WS is not set",
        ),
        ("version: 1", "version: 2", "promotion.yaml:1:1: version: input should be 1"),
        ("version: 1", "version: true", "promotion.yaml:1:1: version: input should be 1"),
        (
            "models: [taxi-*]",
            "models: !!set {taxi}",
            "promotion.yaml:9:5: routes.taxi.models: "
            "only mappings, lists, texts and numbers are understood here",
        ),
        (
            "name: dev-ws",
            "name: a/b?x",
            "promotion.yaml:3:55: workspaces.dev.name: "
            r"string should match pattern '^[\w-]{1,64}$'",
        ),
        (
            "registry: the-registry\n",
            "",
            "promotion.yaml:1:1: registry: this field is required",
        ),
        (
            "at_most: 5.0",
            "at_most: 5.0, at_least: 6",
            "promotion.yaml:11:9: routes.taxi.gates.0: no value can be at least 6 and at most 5",
        ),
        (
            "{request: request.json, response: response.json, tolerance: 2}",
            "{}",
            "promotion.yaml:18:11: routes.taxi.stages.0.online.smoke_test: "
            "a smoke test needs either request or requests",
        ),
    ],
)
def test_a_mistake_is_shown_where_it_is_with_a_way_out(old, new, mistake):
    assert mistake in mistakes(POLICY.replace(old, new, 1))


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    text = POLICY.replace("version: 1", "version: 3").replace("at_most", "at_mots")
    assert [line.split(": ")[1] for line in mistakes(text)] == [
        "version",
        "routes.taxi.gates.0.at_mots",
    ]


def test_a_mistake_in_the_policy_hides_none_in_names_stages_and_files():
    text = POLICY.replace("version: 1", "version: 3").replace("workspace: prod", "workspace: prd")
    text += POLICY[POLICY.index("      - name: prod") :]
    lines = mistakes(text, FILES | {"endpoint.yml": "auth_mode: key"})
    assert [line.split(": ")[1].rpartition(".")[2] for line in lines] == [
        "version",
        "workspace",
        "endpoint",
        "name",
    ]


def test_a_setting_that_is_missing_is_one_mistake():
    (mistake,) = mistakes(POLICY.replace("name: dev-ws", "name: ${DEV_WS}"))
    assert "the app setting DEV_WS is not set" in mistake


def test_a_further_check_of_files_is_told_once_at_the_first_line_that_names_the_file():
    stage = POLICY[POLICY.index("      - name: prod") :]
    with pytest.raises(PolicyInvalid) as caught:
        read(POLICY + stage.replace("name: prod", "name: next"), check_file=no_deployment_is_good)
    (mistake,) = caught.value.mistakes
    assert str(mistake).startswith("promotion.yaml:17:11: routes.taxi.stages.0.online.deployment: ")
    assert mistake.what == "deployment.yml: no good"


def no_deployment_is_good(role: str, path: str, text: str) -> list[str]:
    return ["no good"] if role == "deployment" and path in FILES and text == FILES[path] else []


def test_two_stages_of_one_name_are_a_mistake():
    stage = POLICY[POLICY.index("      - name: prod") :]
    (mistake,) = mistakes(POLICY + stage.replace("name: prod", "name: PROD"))
    assert "another stage of this route is called prod" in mistake


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: [1", "promotion.yaml:1:6: not YAML"),
        ("a: 1\na: 2\n", "promotion.yaml:2:1: not YAML"),
        ("- a", "a policy is a mapping that begins with version: 1"),
        ("", "a policy is a mapping"),
        ("[" * 700 + "]" * 700, "nested too deeply"),
        ("? a: [b]", "a key must be a text"),
    ],
)
def test_what_is_not_a_policy_at_all_is_said(text, what):
    (mistake,) = mistakes(text)
    assert what in mistake


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("endpoint.yml", "auth_mode: key", "an endpoint file needs a name"),
        ("endpoint.yml", "name: ../../x", "an endpoint file needs a name of 3 to 32 letters"),
        ("endpoint.yml", "a: [", "not YAML"),
        ("endpoint.yml", "[" * 700 + "]" * 700, "nested too deeply"),
        ("response.json", "[" * 100_000, "maximum recursion depth"),
        ("response.json", "{", "Expecting property name"),
        ("request.json", "x" * 300_000, "larger than 256 KB"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_mistake_of_the_policy(path, text, what):
    (mistake,) = mistakes(POLICY, FILES | {path: text})
    assert f"{path}: {what}" in mistake


def test_the_example_is_a_valid_policy():
    from pathlib import Path

    folder = Path(__file__).parents[3] / "examples" / "taxi-fare"
    read_policy(
        (folder / "promotion.yaml").read_text(),
        name="promotion.yaml",
        settings={"DEV_SUBSCRIPTION_ID": "a", "PROD_SUBSCRIPTION_ID": "b"},
        read_file=lambda path: (folder / path).read_text(),
    )


def test_files_that_are_too_large_together_are_a_mistake():
    stage = POLICY[POLICY.index("      - name: prod") :]
    text = POLICY
    files = dict(FILES)
    for number in range(5):
        text += stage.replace("name: prod", f"name: prod-{number}").replace(
            "request.json", f"{number}.json"
        )
        files[f"{number}.json"] = "x" * 250_000
    assert "larger than 1024 KB" in mistakes(text, files)[0]


def test_a_route_whose_plan_could_not_travel_is_a_mistake_with_its_largest_files():
    first = POLICY.index("      - name: prod")
    stages = "".join(POLICY[first:].replace("prod\n", f"prod-{n}\n", 1) for n in range(9))
    figures = f"[{'12.25, ' * 35_000}1]"
    (mistake,) = mistakes(POLICY[:first] + stages, FILES | {"request.json": figures})
    assert "routes.taxi: the plan of a promotion would have 2.21 MB, more than 2 MB" in mistake
    assert "request.json (9 times 245 KB), " in mistake
    read(POLICY[:first] + stages, FILES | {"request.json": figures[:200_000]})


TWO_STAGES = """\
version: 1
workspaces: {dev: &dev {subscription: s, resource_group: g, name: d}, prod: {<<: *dev, name: p}}
registry: reg
hosts: ["*.contoso.com"]
x-ways:
  online: &online {endpoint: endpoint.yml, deployment: deployment.yml}
defaults:
  gates: {mode: warn, inconclusive: hold}
  stages: {time_limit: 2h}
routes:
  taxi:
    from: dev
    models: [taxi-*]
    gates:
      - {kind: metric, name: rmse, at_most: 5.0, mode: enforce}
      - kind: expression
        name: rule
        expression: metrics.rmse < 4.0
    stages:
      - {name: qa, workspace: prod, online: *online}
      - name: prod
        workspace: prod
        needs: [qa]
        gates:
          - {kind: soak, stage: qa, for: 1h}
          - {kind: champion, metric: rmse, better: lower}
        online: *online
"""


def test_anchors_are_filled_in_and_their_place_is_ignored():
    policy = read(TWO_STAGES).policy
    assert policy.workspaces["prod"].resource_group == "g"
    assert policy.routes["taxi"].stages[0].online == policy.routes["taxi"].stages[1].online


def test_defaults_hold_where_nothing_else_is_said():
    route = read(TWO_STAGES).policy.routes["taxi"]
    assert [(gate.mode, gate.inconclusive) for gate in route.gates] == [
        ("enforce", "hold"),
        ("warn", "hold"),
    ]
    assert {stage.time_limit.total_seconds() for stage in route.stages} == {7200}
    assert route.stages[1].questions[0].mode == "warn"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "expression: metrics.rmse < 4.0",
            "expression: metrics.rmse < 4",
            "promotion.yaml:18:34: routes.taxi.gates.1.expression: "
            "< does not take double and int; write numbers with a point, as in 5.0",
        ),
        (
            "expression: metrics.rmse < 4.0",
            'expression: "metrcs.rmse < 4.0"',
            "promotion.yaml:18:22: routes.taxi.gates.1.expression: "
            "metrcs.rmse is not known here; did you mean metrics?",
        ),
        (
            "expression: metrics.rmse < 4.0",
            "expression: |\n          metrics.rmse < 4.0 &&\n          metrcs.mae < 4.0",
            "promotion.yaml:20:11: routes.taxi.gates.1.expression: "
            "metrcs.mae is not known here; did you mean metrics?",
        ),
        (
            "models: [taxi-*]",
            "models: [taxi-*]\n    when: model.tag == 'x'",
            "promotion.yaml:14:11: routes.taxi.when: "
            "model.tag is not known here; did you mean model.tags?",
        ),
        (
            "models: [taxi-*]",
            "models: ['taxi-[ab']",
            "promotion.yaml:13:14: routes.taxi.models.0: the [ in 'taxi-[ab' is not closed; "
            "[seq] and [!seq] stand for one of some characters",
        ),
        (
            "needs: [qa]",
            "needs: [qu]",
            "promotion.yaml:23:17: routes.taxi.stages.1.needs.0: "
            "'qu' is not a stage of this route; there is qa",
        ),
        (
            "stage: qa, for",
            "stage: prod, for",
            "promotion.yaml:25:26: routes.taxi.stages.1.gates.0.stage: "
            "this stage cannot wait for prod, which does not come before it",
        ),
        (
            "name: qa, workspace: prod,",
            "name: qa, workspace: prod, needs: [prod],",
            "promotion.yaml:20:45: routes.taxi.stages.0.needs.0: "
            "this stage cannot wait for prod, which does not come before it",
        ),
        (
            "better: lower}",
            "better: lower, stage: prd}",
            "promotion.yaml:26:59: routes.taxi.stages.1.gates.1.stage: "
            "'prd' is not a stage of this route; did you mean prod?",
        ),
        (
            "- kind: expression\n",
            "- {kind: champion, metric: rmse, better: lower}\n      - kind: expression\n",
            "promotion.yaml:16:9: routes.taxi.gates.1: "
            "say with stage: whose champion is meant; this route has 2: qa, prod",
        ),
        (
            "- kind: expression\n",
            "- {kind: soak, stage: qa, for: 1h}\n      - kind: expression\n",
            "promotion.yaml:16:10: routes.taxi.gates.1.kind: "
            "soak waits before a stage: it stands under the gates of the stage",
        ),
        (
            "- kind: expression\n",
            "- {kind: metric, name: rmse, at_least: 6, mode: enforce}\n      - kind: expression\n",
            "promotion.yaml:16:9: routes.taxi.gates.1: "
            "no rmse can be at least 6 and at most 5, as gates.0 wants",
        ),
        (
            "inconclusive: hold",
            "inconclusive: wait",
            "promotion.yaml:8:23: defaults.gates.inconclusive: input should be 'fail' or 'hold'",
        ),
        (
            "{endpoint: endpoint.yml, deployment",
            "{endpont: endpoint.yml, deployment",
            "promotion.yaml:6:20: routes.taxi.stages.0.online.endpont: "
            "not a field of online; did you mean endpoint?",
        ),
        (
            "        online: *online\n",
            "",
            "promotion.yaml:21:9: routes.taxi.stages.1: "
            "a stage needs one of online, batch, register, job, azure_pipeline and github_workflow",
        ),
        (
            "<<: *dev, name: p",
            "<<: *dev, nam: p",
            "promotion.yaml:2:88: workspaces.prod.nam: not a field of a workspace; "
            "did you mean name?",
        ),
    ],
)
def test_a_mistake_in_the_further_parts_is_shown_where_it_is(old, new, mistake):
    assert mistake in mistakes(TWO_STAGES.replace(old, new, 1))


def test_aliases_of_aliases_cannot_fill_the_memory():
    levels = "\n".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    assert "larger than a policy can be" in mistakes(f"x-0: &a0 [1]\n{levels}\n{POLICY}")[0]


@pytest.mark.parametrize(
    ("gate", "mistake"),
    [
        (
            "{kind: http, name: fair, url: 'https://fair.fabrikam.com/'}",
            "promotion.yaml:16:34: routes.taxi.gates.1.url: fair.fabrikam.com is not one of the "
            "policy's hosts, add it there; there is *.contoso.com",
        ),
        (
            "{kind: http, name: fair, url: 'http://fair.contoso.com/'}",
            "promotion.yaml:16:34: routes.taxi.gates.1.url: an address begins with https://",
        ),
        (
            "{kind: python, use: nowhere}",
            "promotion.yaml:16:24: routes.taxi.gates.1.use: "
            "no package brings a gate 'nowhere'; none is installed here",
        ),
    ],
)
def test_a_gate_that_lacks_something_beside_the_policy_is_a_mistake(gate, mistake):
    text = TWO_STAGES.replace("- kind: expression\n", f"- {gate}\n      - kind: expression\n")
    assert mistake in mistakes(text)


def test_dates_need_no_quotes():
    freeze = "{kind: window, freeze: [{from: 2026-12-19, until: 2027-01-03, reason: holidays}]}"
    text = TWO_STAGES.replace("{kind: soak, stage: qa, for: 1h}", freeze)
    assert read(text).policy.routes["taxi"].stages[1].waits[0].kind == "window"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("models: [taxi-*]", "models: []", "routes.taxi.models: at least one is needed"),
        (
            "models: [taxi-*]",
            "models: [taxi-*]\n    when: ''",
            "routes.taxi.when: string should have",
        ),
        ("kind: expression", "kind: [expression]", "routes.taxi.gates.1.kind: "),
        ("name: p}", "name: ${AzureWebJobsStorage}}", "is not for policies"),
        ("name: p}", "name: ${MY_API_KEY}}", "is not for policies"),
        (
            "needs: [qa]\n",
            "needs: []\n",
            "a soak at qa needs that this stage needs qa, directly or not",
        ),
    ],
)
def test_more_mistakes_are_told_in_plain_words(old, new, mistake):
    assert any(mistake in told for told in mistakes(TWO_STAGES.replace(old, new, 1)))


def test_an_unset_setting_in_an_expression_is_one_mistake():
    text = TWO_STAGES.replace("metrics.rmse < 4.0", '"metrics.rmse < ${LIMIT}"')
    assert [told.split(": ", 2)[2] for told in mistakes(text)] == [
        "the app setting LIMIT is not set"
    ]


def test_a_tag_that_no_yaml_reader_knows_is_a_mistake_with_its_line():
    assert "not YAML" in mistakes("version: !!bool z\n")[0]
