"""If these fail, a rule, an adapter or an environment departs from what all others do."""

import ast
import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from porescope.provenance import DISTRIBUTIONS, distribution_name, import_closure, locked_versions

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow_scripts"
STAGES = ("simulate", "ingest", "restore", "label", "segment", "describe", "relate", "generate", "report")
RULE = re.compile(r"^rule (\w+):\n((?:[ \t]+.*\n|\n)+)", re.MULTILINE)
RULES = [
    (stage, name, body)
    for stage in STAGES
    for name, body in RULE.findall((ROOT / "rules" / f"{stage}.smk").read_text() + "\n")
]
ADAPTERS = sorted(SCRIPTS.glob("*.py"))
HEAVY = {"torch", "torchvision", "shap", "diffusers", "segmentation_models_pytorch", "vtkmodules", "vtk", "taufactor"}


@pytest.mark.parametrize(("stage", "name", "body"), RULES, ids=[rule[1] for rule in RULES])
def test_a_rule_says_all_that_a_rule_says(stage, name, body):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), "verb_noun"
    assert body.lstrip().startswith('"""'), "docstring"
    for part in ("output:", "log:", "benchmark:", "conda:", "threads:", "resources:", "mem_mb=", "runtime=", "params:"):
        assert part in body, part
    assert f'code=code("{name}.py")' in body
    assert f'"../workflow_scripts/{name}.py"' in body
    assert f'"results/logs/{stage}/{name}' in body
    assert f'"results/benchmarks/{stage}/{name}' in body
    assert not re.search(r"^\s+(shell|run):", body, re.MULTILINE)


def test_every_adapter_has_its_rule():
    assert {path.stem for path in ADAPTERS} == {name for _, name, _ in RULES}


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda p: p.stem)
def test_an_adapter_is_thin(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 45
    assert f"(rule {path.stem})" in (ast.get_docstring(tree) or "")
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    assert not [n for n in ast.walk(main) if isinstance(n, ast.If | ast.For | ast.While)], "no branches"
    assert text.rstrip().endswith('if __name__ == "__main__":\n    main()') or "__main__" in text


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda p: p.stem)
def test_an_adapter_calls_its_functions_as_they_are_and_asks_its_rule_for_what_it_has(path):
    """Else a job would fail at its start, which only a run of the whole campaign shows."""
    tree = ast.parse(path.read_text())
    imports = [
        (node.module, name.name) for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    known = {name: getattr(importlib.import_module(module), name) for module, name in imports}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            named = {key.arg: key.value for key in node.keywords if key.arg}
            signature = inspect.signature(known[node.func.id])
            whole = len(named) == len(node.keywords)  # no **options, whose names are the config's
            (signature.bind if whole else signature.bind_partial)(*node.args, **named)
    body = next(body for _, name, body in RULES if name == path.stem)
    for name in set(re.findall(r"snakemake\.(?:input|output|params)\.([a-z]\w*)", path.read_text())) - {"items"}:
        assert re.search(rf"^        {name}=", body, re.MULTILINE), name


def test_the_package_does_not_know_who_runs_it():
    for path in (SCRIPTS / "porescope").rglob("*.py"):
        if path.name != "runtime.py":
            assert not re.search(r"\bsnakemake\b", path.read_text()), path


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda p: p.stem)
def test_heavy_libraries_are_imported_by_the_stages_that_use_them_only(path):
    """A job of another stage must start in a second."""
    stage = next(stage for stage, name, _ in RULES if name == path.stem)
    imported = {
        name.split(".")[0]
        for module in import_closure(path)
        for node in ast.parse(module.read_text()).body  # at the top of the file only
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    if stage not in {"simulate", "segment", "describe", "relate", "generate"}:
        assert not imported & HEAVY


def test_environments_carry_the_versions_of_the_lock():
    locked = locked_versions(ROOT / "requirements.lock")
    used = {env for _, _, body in RULES for env in re.findall(r"envs/(\w+)\.yaml", body)}
    assert used == {path.stem for path in (ROOT / "envs").glob("*.yaml")}
    for path in (ROOT / "envs").glob("*.yaml"):
        (pip,) = [d["pip"] for d in yaml.safe_load(path.read_text())["dependencies"] if isinstance(d, dict)]
        for requirement in pip:
            name, version = requirement.split(";")[0].strip().split("==")
            assert locked[name.lower().replace("_", "-")] == version, f"{path.name}: {requirement}"


def test_environments_hold_what_their_scripts_import():
    import sys

    for _, name, body in RULES:
        env = yaml.safe_load((ROOT / "envs" / f"{re.findall(r'envs/(.+)[.]yaml', body)[0]}.yaml").read_text())
        (pip,) = [d["pip"] for d in env["dependencies"] if isinstance(d, dict)]
        there = {requirement.split("==")[0].lower().replace("_", "-") for requirement in pip}
        for module in import_closure(SCRIPTS / f"{name}.py"):
            for node in ast.walk(ast.parse(module.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                tops = {n.split(".")[0] for n in names} - sys.stdlib_module_names - {"porescope"}
                missing = {distribution_name(top) for top in tops} - there
                assert not missing, f"envs of {name} lack {missing}, imported by {module.name}"


def test_torch_environment_pins_the_cuda_build():
    (pip,) = [
        d["pip"] for d in yaml.safe_load((ROOT / "envs/torch.yaml").read_text())["dependencies"] if isinstance(d, dict)
    ]
    assert any(requirement.startswith("nvidia-cudnn") for requirement in pip)


def test_lock_is_plain_and_keeps_linux_to_linux():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        assert re.fullmatch(r'[A-Za-z0-9_.-]+==[^\s;]+( ; sys_platform == "linux")?', line), line
        if re.match(r"nvidia-|triton|cuda-", line):
            assert line.endswith('sys_platform == "linux"'), line


def test_aliases_of_distributions_are_all_needed():
    text = "".join(p.read_text() for p in SCRIPTS.rglob("*.py"))
    assert [m for m in DISTRIBUTIONS if not re.search(rf"(import|from) {m}\b", text)] == []


def test_profiles_share_what_must_be_equal():
    default, slurm = (
        yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text()) for name in ("default", "slurm")
    )
    for key in ("rerun-triggers", "rerun-incomplete", "show-failed-logs"):
        assert default[key] == slurm[key]
    assert default["rerun-triggers"] == ["mtime", "params", "input", "software-env"]


def test_snakefile_reads_as_a_table_of_contents():
    text = (ROOT / "Snakefile").read_text()
    assert len(text.splitlines()) <= 60
    for stage in STAGES:
        assert f'include: "rules/{stage}.smk"' in text


def test_tests_find_the_package_and_python_is_new_enough():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert options["pytest"]["ini_options"]["pythonpath"] == ["workflow_scripts", "tests"]
    assert options["ruff"]["target-version"] == "py311"
