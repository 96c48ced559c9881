"""Plans of seeds, carried out on a recipient that may be interrupted anywhere."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan import seed as do
from ansible_collections.twoway.mysql.plugins.module_utils._plan.seed import (
    DesiredSeed,
    Recipient,
    plan_seed,
    show_seed,
)
from ansible_collections.twoway.mysql.plugins.module_utils._plan.steps import Step

DONOR = "198.51.100.1"


def run(recipient: Recipient, step: Step) -> Recipient:
    """Return the recipient after a step; the caller cuts an import short."""
    if isinstance(step, do.MarkImporting):
        return replace(recipient, mark={"state": do.IMPORTING, "schemas": list(step.schemas)})
    if isinstance(step, do.DropSchemas):
        left = tuple(name for name in recipient.schemas if name not in step.schemas)
        return replace(recipient, schemas=left, schemas_with_data=tuple(set(recipient.schemas_with_data) & set(left)))
    if isinstance(step, do.ImportData):
        held = tuple(sorted({*recipient.schemas, *step.schemas}))
        assert not set(recipient.schemas_with_data) & set(step.schemas), "imported over data that are still there"
        return replace(recipient, schemas=held, schemas_with_data=held)
    if isinstance(step, do.MarkDone):
        assert recipient.mark
        return replace(recipient, mark={**recipient.mark, "state": do.DONE}, is_untouched=True)
    return recipient


@pytest.mark.parametrize("seed", range(200))
def test_interrupted_seeds_end_the_same(seed: int) -> None:
    rng = random.Random(seed)
    schemas = tuple(sorted(rng.sample(["wikidb", "blog", "shop"], rng.randint(0, 3))))
    with_data = tuple(name for name in schemas if rng.random() < 0.5)
    start = Recipient(schemas, with_data, None, False, None)
    desired = DesiredSeed("db1", DONOR, tuple(sorted(rng.sample(["wikidb", "blog"], rng.randint(1, 2)))), True)
    plan = plan_seed(start, desired)
    states = [start]
    for step in plan.steps:
        if isinstance(step, do.ImportData):
            partly = do.ImportData("", step.schemas[:1])
            states.append(run(states[-1], partly))
            states.append(run(states[-2], step))
        else:
            states.append(run(states[-1], step))
    assert show_seed(states[-1]) == plan.after
    assert set(states[-1].schemas) == set(desired.schemas)
    for state in states:
        end = state
        for step in plan_seed(state, desired).steps:
            end = run(end, step)
        assert show_seed(end) == plan.after
        assert plan_seed(end, desired).steps == []


@pytest.mark.parametrize("seed", range(50))
def test_data_are_saved_before_they_are_dropped_and_nothing_is_dropped_unmarked(seed: int) -> None:
    rng = random.Random(seed)
    schemas = tuple(rng.sample(["wikidb", "blog", "shop"], rng.randint(1, 3)))
    plan = plan_seed(Recipient(schemas, schemas, None, False, None), DesiredSeed("db1", DONOR, ("wikidb",), True))
    assert [step.name for step in plan.steps][:4] == ["hold_clients", "save_data", "mark_importing", "drop_schemas"]
    saved, marked, dropped = plan.steps[1:4]
    assert (
        isinstance(saved, do.SaveData) and isinstance(marked, do.MarkImporting) and isinstance(dropped, do.DropSchemas)
    )
    assert set(saved.schemas) >= set(dropped.schemas) <= set(marked.schemas)


def test_data_of_its_own_are_not_overwritten_without_a_word() -> None:
    recipient = Recipient(("blog",), ("blog",), None, False, None)
    with pytest.raises(Refused, match="schemas blog"):
        plan_seed(recipient, DesiredSeed("db1", DONOR, ("wikidb",), overwrite=False))


@pytest.mark.parametrize(
    ("mark", "is_untouched", "follows", "steps"),
    [
        (None, False, DONOR, False),
        ({"state": do.DONE, "schemas": []}, True, None, False),
        ({"state": do.DONE, "schemas": []}, False, None, True),
        ({"state": do.IMPORTING, "schemas": []}, False, DONOR, True),
        (None, False, "198.51.100.99", True),
    ],
)
def test_when_a_seed_is_needed(
    mark: dict[str, object] | None, is_untouched: bool, follows: str | None, steps: bool
) -> None:
    plan = plan_seed(Recipient((), (), mark, is_untouched, follows), DesiredSeed("db1", DONOR, ("wikidb",), False))
    assert bool(plan.steps) is steps


def test_again_copies_over_an_untouched_seed_and_saves_it() -> None:
    untouched = Recipient(("wikidb",), ("wikidb",), {"state": do.DONE, "schemas": ["wikidb"]}, True, None)
    desired = DesiredSeed("db1", DONOR, ("wikidb",), True)
    assert plan_seed(untouched, desired).steps == []
    steps = [step.name for step in plan_seed(untouched, replace(desired, again=True)).steps]
    assert steps[:2] == ["hold_clients", "save_data"]
    assert "import_data" in steps


def test_again_does_not_touch_a_recipient_that_follows_the_donor() -> None:
    follower = Recipient(("wikidb",), ("wikidb",), {"state": do.DONE, "schemas": ["wikidb"]}, False, DONOR)
    assert plan_seed(follower, DesiredSeed("db1", DONOR, ("wikidb",), True, again=True)).steps == []
