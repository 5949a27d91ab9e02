"""Who does the work: never more processes than processors, and answers in the order of the tasks."""

from __future__ import annotations

import os

import pytest

from gridplan.dispatch.farm import Farm


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (10**6, os.cpu_count() or 1)])
def test_there_are_no_more_processes_than_processors(asked: int, given: int) -> None:
    assert Farm(asked).workers == given


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_the_order_of_the_tasks(workers: int) -> None:
    heard: list[int] = []
    with Farm(workers) as farm:
        assert farm.map(square, [3, 1, 2], heard.append) == [9, 1, 4]
    assert heard == [0, 1, 2]
