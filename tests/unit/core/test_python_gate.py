"""Gates of a team's own, in packages that are installed as any, in a folder of the test."""

import json
from textwrap import dedent

import pytest
from unit.builders import a_candidate

from promotion.core.gates import AnyGate
from promotion.core.gates.python import PythonGate
from promotion.core.installed import GROUP, mistakes_of
from promotion.core.value import Value
from promotion.core.verdict import Outcome, Verdict

GAP = """
    from pydantic import field_validator
    from promotion.plugin import Candidate, Finding, OwnGate

    class Gap(OwnGate):
        max_gap: float
        tags: list[str] = []

        @field_validator("tags")
        @classmethod
        def _odd(cls, tags):
            return [tag / 2 for tag in tags]

        def judge(self, candidate: Candidate) -> Finding:
            gap = candidate.metrics["gap"].value
            candidate.metrics.clear()
            if gap <= self.max_gap:
                return self.passed("It is small.", observed=gap, threshold=f"{self.max_gap:g}")
            return self.failed("It is large.", remedy="Make it smaller.")

    class Doubt(OwnGate):
        def judge(self, candidate):
            return self.inconclusive("Nobody knows.", remedy="Ask.")

    class Nonsense(OwnGate):
        def judge(self, candidate):
            return True

    class NoJudge(OwnGate):
        pass

    class Other:
        pass
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs packages with one module each: ``install(package, code, entry=Class, …)``."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, code: str, **entries: str) -> None:
        # Each test has modules of its own: Python keeps those that it has imported.
        module = f"{package}_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(dedent(code))
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"{name} = {module}:{cls}" for name, cls in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]))
        # What is installed is looked up once for each search path.
        monkeypatch.syspath_prepend(info)

    return install


@pytest.fixture
def gates(install):
    names = {"gap": "Gap", "doubt": "Doubt", "nonsense": "Nonsense", "idle": "NoJudge"}
    install("the-gates", GAP, **names, other="Other", gone="Gone")


def verdict(use: str, gap: float = 0.1, **options) -> Verdict:
    gate = PythonGate.model_validate({"kind": "python", "use": use, "with": options})
    return gate.evaluate(a_candidate(metrics={"gap": gap}))


@pytest.mark.parametrize(("gap", "outcome"), [(0.1, Outcome.PASSED), (0.3, Outcome.FAILED)])
def test_the_finding_is_the_verdict(gates, gap, outcome):
    found = verdict("gap", gap, max_gap=0.2)
    assert (found.gate, found.outcome) == ("python gap", outcome)
    assert found.remedy == ("Make it smaller." if outcome is Outcome.FAILED else None)
    assert found.observed == (gap if outcome is Outcome.PASSED else None)


def test_a_gate_may_be_inconclusive(gates):
    found = verdict("doubt")
    assert (found.outcome, found.reason) == (Outcome.INCONCLUSIVE, "Nobody knows.")


def test_an_exception_is_an_error_with_its_message(gates):
    gate = PythonGate.model_validate({"kind": "python", "use": "gap", "with": {"max_gap": 1}})
    found = gate.evaluate(a_candidate())
    assert found.outcome is Outcome.ERROR
    assert found.reason == "The gate python gap could not be evaluated: KeyError: 'gap'."


def test_what_is_no_finding_is_an_error(gates):
    found = verdict("nonsense")
    assert found.outcome is Outcome.ERROR
    assert "judge returned bool" in found.reason


def test_a_package_that_has_gone_since_is_an_error_with_a_remedy():
    found = verdict("gap", max_gap=0.2)
    assert found.outcome is Outcome.ERROR
    assert "no package brings a gate 'gap'" in found.reason
    assert found.remedy


def test_options_that_no_longer_fit_are_an_error(gates):
    found = verdict("gap", old=1)
    assert found.outcome is Outcome.ERROR
    assert "max_gap: this option is required; old: not an option" in found.reason


def test_a_gate_changes_nothing_for_the_others(gates):
    candidate = a_candidate(metrics={"gap": 0.1})
    PythonGate.model_validate({"kind": "python", "use": "gap", "with": {"max_gap": 1}}).evaluate(
        candidate
    )
    assert "gap" in candidate.metrics


def test_a_gate_can_have_a_name_of_its_own():
    assert PythonGate(kind="python", use="gap", name="by age").label == "python by age"


def test_a_gate_travels_as_it_is_written():
    class Order(Value):
        gates: tuple[AnyGate, ...]

    written = {"kind": "python", "use": "gap", "with": {"max_gap": 0.2, "of": ["a", {"b": None}]}}
    order = Order.model_validate({"gates": [written]})
    travelled = json.loads(json.dumps(order.to_json()))
    assert travelled == {"gates": [written]}
    assert Order.model_validate(travelled) == order


@pytest.mark.parametrize(
    ("use", "options", "mistakes"),
    [
        ("gap", {"max_gap": 0.2}, []),
        ("gap", {}, [(("with", "max_gap"), "this option is required")]),
        ("gap", {"max_gap": "a"}, [(("with", "max_gap"), "input should be a valid number")]),
        ("gap", {"max_gap": float("nan")}, [(("with", "max_gap"), "finite number")]),
        ("gap", {"max_gap": 1, "tags": ["a", 5]}, [(("with", "tags", 1), "valid string")]),
        ("gap", {"max_gap": 1, "tags": ["a"]}, [(("with",), "gap cannot read its options: Typ")]),
        ("gap", {"max_gap": 1, "maxgap": 1}, [(("with", "maxgap"), "did you mean max_gap?")]),
        ("doubt", {"a": 1}, [(("with", "a"), "not an option of this gate; it takes none")]),
        ("gapp", {}, [(("use",), "no package brings a gate 'gapp'; did you mean gap?")]),
        ("zzz", {}, [(("use",), "installed: doubt, gap, gone, idle, nonsense, other")]),
        ("gone", {}, [(("use",), "'gone' of the-gates cannot be imported: AttributeError")]),
        ("idle", {}, [(("use",), "has no method judge")]),
        ("other", {}, [(("use",), "not a subclass of OwnGate")]),
    ],
)
def test_mistakes_are_found_where_they_are(gates, use, options, mistakes):
    found = list(mistakes_of(use, options))
    assert [at for at, _ in found] == [at for at, _ in mistakes]
    assert all(what in told for (_, told), (_, what) in zip(found, mistakes, strict=True))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named"),
        ("class Gap", "SyntaxError: expected"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("raise RuntimeError('one\\ntwo')", "RuntimeError: one"),
        ("raise ValueError", "ValueError"),
    ],
)
def test_a_package_that_cannot_be_imported_says_why_in_one_line(install, code, why):
    install("broken", code, gap="Gap")
    [(at, what)] = mistakes_of("gap", {})
    assert at == ("use",)
    assert f"'gap' of broken cannot be imported: {why}" in what
    assert "\n" not in what


def test_two_packages_with_a_gate_of_one_name_are_both_named(install):
    install("one", GAP, gap="Gap")
    install("two", GAP, gap="Gap")
    [(at, what)] = mistakes_of("gap", {"max_gap": 1})
    assert at == ("use",)
    assert "more than one package brings a gate 'gap': " in what
    assert {"one", "two"} <= set(what.replace(",", "").split())


def test_without_any_package_it_says_so():
    assert list(mistakes_of("gap", {})) == [
        (("use",), "no package brings a gate 'gap'; none is installed here")
    ]
