"""The workflows can pass as written: what they run and name exists."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path

import pytest
import yaml
from workshop.browsing import ROOT

WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
CONTENT = {name: yaml.safe_load(path.read_text("utf-8")) for name, path in WORKFLOWS.items()}
PROGRAMS = {"apt-get", "git", "python"}  # of the machine or the container


def commands():
    """Yield what each workflow runs, with each value of a job's matrix in place."""
    for name, content in CONTENT.items():
        for job in content["jobs"].values():
            matrix = job.get("strategy", {}).get("matrix", {})
            for values in product(*matrix.values()):
                choice = dict(zip(matrix, values, strict=True))
                for step in job["steps"]:
                    text = step.get("run", "")
                    for axis in re.findall(r"\$\{\{ matrix\.([\w-]+) \}\}", text):
                        text = text.replace(f"${{{{ matrix.{axis} }}}}", choice[axis])
                    if text:
                        yield name, text


COMMANDS = sorted(set(commands()))


def test_github_can_read_them():
    schema = ["--builtin-schema", "vendor.github-workflows"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, *WORKFLOWS.values()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("workflow", "command"), COMMANDS)
def test_each_command_exists(workflow, command):
    for words in map(shlex.split, command.split(" && ")):
        program, *arguments = words
        if program == "make":
            made = subprocess.run(
                ["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True
            )
            assert made.returncode == 0, f"{workflow}: {made.stderr}"
        elif program == "bash":
            assert (ROOT / arguments[0]).is_file()
        elif program.startswith(".venv/bin/"):
            tool = Path(program).name
            assert shutil.which(tool, path=Path(sys.executable).parent), f"{workflow}: no {tool}"
        else:
            assert program in PROGRAMS
        for extras in re.findall(r"\.\[([\w,]+)\]", command):
            project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
            assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_what_runs_all_tests_installs_all_extras():
    for workflow, command in COMMANDS:
        if " install -e" in command:
            assert "[lab,book,test,teach]" in command, workflow


def test_each_part_is_checked_once():
    parts = {path.parent.name for path in ROOT.glob("chapters/*/*.ipynb")}
    checked = CONTENT["check"]["jobs"]["test"]["strategy"]["matrix"]["part"]
    assert sorted(checked) == sorted([*parts, "rest"])


def test_only_what_is_green_is_published():
    trigger = CONTENT["publish"][True]  # YAML takes the word "on" for a truth value
    assert list(trigger) == ["workflow_run"]
    assert trigger["workflow_run"]["workflows"] == [CONTENT["check"]["name"]]
    for job in CONTENT["publish"]["jobs"].values():
        assert "conclusion == 'success'" in job["if"]
        assert job["steps"][0]["with"]["ref"] == "${{ github.event.workflow_run.head_sha }}"


def test_no_browser_is_a_failure():
    for name in ("check", "weekly"):
        assert CONTENT[name]["env"]["MLMATH_BROWSER_REQUIRED"] == "1"
