"""What is documented is what the code takes and gives."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.twoway.mysql.plugins"
MODULES = sorted(path.stem for path in (TOP / "plugins/modules").glob("*.py") if path.stem != "__init__")
ROLES = sorted(path.parents[1].name for path in TOP.glob("roles/*/meta/argument_specs.yml"))

#: What both an argument spec and a documentation say of an option, with what each leaves unsaid.
COMPARED = {"type": "str", "default": None, "choices": None, "elements": None, "required": False}


def spec_of(name: str) -> Any:
    """Return the options of a module beside the login; a module without any needs no name for them."""
    return getattr(module(name), "SPEC", importlib.import_module(f"{PACKAGE}.module_utils._argspec").ArgumentSpec({}))


every_module = pytest.mark.parametrize("name", MODULES)


def module(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.modules.{name}")


def fragment_options(name: str) -> dict[str, Any]:
    """Return the options of a fragment named as in ``extends_documentation_fragment``."""
    file, _dot, section = name.removeprefix("twoway.mysql.").partition(".")
    fragment = importlib.import_module(f"{PACKAGE}.doc_fragments.{file}").ModuleDocFragment
    options: dict[str, Any] = yaml.safe_load(getattr(fragment, (section or "documentation").upper()))["options"]
    return options


def documentation(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(module(name).DOCUMENTATION)
    return loaded


def said(options: dict[str, Any], nested: str) -> dict[str, Any]:
    """Return options in one shape; ``nested`` is the key that holds suboptions."""
    return {
        name: {
            **{key: option.get(key, unsaid) for key, unsaid in COMPARED.items()},
            "options": said(option.get(nested) or {}, nested),
        }
        for name, option in options.items()
    }


@every_module
def test_options(name: str) -> None:
    assert said(documentation(name).get("options") or {}, "suboptions") == said(spec_of(name).options, "options")


@pytest.mark.parametrize(("fragment", "place"), [("login", "_argspec"), ("comparison", "_compare.options")])
def test_options_of_a_fragment(fragment: str, place: str) -> None:
    spec = getattr(importlib.import_module(f"{PACKAGE}.module_utils.{place}"), f"{fragment}_options")()
    assert said(fragment_options(f"twoway.mysql.{fragment}"), "suboptions") == said(spec.options, "options")


@every_module
def test_fragments_exist(name: str) -> None:
    for fragment in documentation(name)["extends_documentation_fragment"]:
        fragment_options(fragment)


def undescribed(options: dict[str, Any], place: str = "") -> list[str]:
    found = [place + name for name, option in options.items() if not option.get("description")]
    for name, option in options.items():
        found += undescribed(option.get("suboptions") or {}, f"{place}{name}.")
    return found


@every_module
def test_options_are_described(name: str) -> None:
    assert undescribed(documentation(name).get("options", {})) == []


@every_module
def test_rules_name_options(name: str) -> None:
    spec = spec_of(name)
    known = set(spec.options)
    for names in [*spec.required_together, *spec.mutually_exclusive]:
        assert set(names) <= known
    for option, _value, names, *_any in spec.required_if:
        assert {option, *names} <= known


@every_module
def test_secrets_are_not_logged(name: str) -> None:
    def unmarked(options: dict[str, Any]) -> list[str]:
        found = [key for key, option in options.items() if "password" in key and option.get("no_log") is not True]
        return found + [key for option in options.values() for key in unmarked(option.get("options") or {})]

    assert unmarked(spec_of(name).options) == []


PYTHON_TYPES: dict[str, Any] = {"str": str, "int": int, "bool": bool, "float": (int, float), "list": list, "dict": dict}


def flaws(returned: dict[str, Any], place: str = "") -> list[str]:
    """Return what is missing from the documentation of returned values."""
    found = []
    for name, value in returned.items():
        here = place + name
        found += [f"{here}: no {key}" for key in ("description", "returned", "type") if not value.get(key)]
        if value.get("contains"):
            found += flaws(value["contains"], f"{here}.")
        elif "sample" not in value:
            found.append(f"{here}: no sample")
        elif value["sample"] is not None and not isinstance(value["sample"], PYTHON_TYPES[value["type"]]):
            found.append(f"{here}: the sample is no {value['type']}")
        if value.get("type") == "list" and not value.get("elements"):
            found.append(f"{here}: no elements")
    return found


@every_module
def test_returned_values(name: str) -> None:
    returned = yaml.safe_load(module(name).RETURN)
    assert "server" in returned
    assert flaws(returned) == []


@every_module
def test_examples(name: str) -> None:
    for task in yaml.safe_load(module(name).EXAMPLES):
        assert task["name"][0].isupper()
        action = next(key for key in task if "." in key)
        if action != f"twoway.mysql.{name}":
            continue
        options = set(documentation(name).get("options", {})).union(
            *map(fragment_options, documentation(name)["extends_documentation_fragment"])
        )
        assert set(task[action] or {}) <= options, task["name"]


@every_module
def test_name_in_the_documentation(name: str) -> None:
    documented = documentation(name)
    assert documented["module"] == name
    for other in documented.get("seealso", []):
        if other.get("module", "").startswith("twoway.mysql."):
            assert other["module"].removeprefix("twoway.mysql.") in MODULES


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8")) or {} if path.exists() else {}


def role_options(role: str) -> dict[str, Any]:
    """Return the options of a role, those of all its entry points together."""
    entries = load(TOP / "roles" / role / "meta/argument_specs.yml")["argument_specs"]
    return {name: option for entry in entries.values() for name, option in (entry.get("options") or {}).items()}


def test_defaults_of_roles_are_documented() -> None:
    for role in ROLES:
        defaults = load(TOP / "roles" / role / "defaults/main.yml")
        options = role_options(role)
        assert sorted(set(defaults) - set(options)) == [], f"{role}: without documentation"
        for name, option in options.items():
            default = defaults.get(name)
            if option["type"] == "int" and isinstance(default, str):
                # A number that is computed: no documentation takes a template for one, the description says it.
                default = None
            assert option.get("default") == default, f"{role}: default of {name}"
        assert undescribed(options) == [], role


def test_every_role_has_argument_specs() -> None:
    roles = sorted(path.name for path in TOP.glob("roles/*") if path.is_dir())
    assert roles == ROLES
