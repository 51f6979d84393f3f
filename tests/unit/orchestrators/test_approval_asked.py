"""What whoever approves is told about the gates."""

from unit.builders import a_candidate
from unit.orchestrators.test_promote import judged
from unit.orchestrators.test_stage import decided, gates_of, staged


def test_what_did_not_pass_is_told_first():
    tags = ("owner", "signed", "checked")
    gates = [f"{{kind: tag, name: {name}, mode: warn}}" for name in tags]
    warned = judged(a_candidate(tags={"owner": "ada"}), gates_of(*gates))
    asked_for = (*gates, "{kind: approval}")
    ctx, _ = staged(*asked_for, evaluate_gates=warned, events=[decided(1, "bob@x.com")])
    (asked,) = [given for given in ctx.called("record") if given["name"] == "approval_requested"]
    told = [line.partition(":")[0] for line in asked["details"]["verdicts"].splitlines()]
    assert told == ["inconclusive tag signed", "inconclusive tag checked", "passed tag owner"]
