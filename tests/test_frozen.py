"""Our `dataclass` makes what that of the standard library makes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, field
from typing import Any, ClassVar

import pytest

from zoterodigest import frozen

Maker = Callable[..., Any]
MAKERS: tuple[Maker, ...] = (dataclasses.dataclass, frozen.dataclass)


def classes(maker: Maker) -> dict[str, Any]:
    """Return classes of all kinds that `maker` makes."""

    @maker(frozen=True, slots=True)
    class Plain:
        """A plain one."""

        kind: ClassVar[str] = "plain"
        name: str
        numbers: tuple[int, ...] = ()
        more: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @maker(frozen=True, slots=True)
    class Empty:
        pass

    @maker(frozen=True, slots=True)
    class Single:
        value: float

    @maker(frozen=True, slots=True, kw_only=True)
    class Named:
        first: int
        second: int = field(default=2, hash=False)

    @maker(frozen=True, slots=True)
    class Own:
        value: str
        others: tuple[int, ...] = field(default_factory=tuple)

        def __post_init__(self) -> None:
            object.__setattr__(self, "value", self.value.strip())

        def __repr__(self) -> str:
            return f"own {self.value}"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 7

    @maker(frozen=True, slots=True)
    class EqualOnly:
        value: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, EqualOnly)

    @maker(frozen=True, slots=True)
    class Derived(Plain):
        last: int = 0

    @maker(frozen=True, slots=True, order=True)
    class Ordered:
        value: int

    @maker(frozen=True, slots=True)
    class Filled:
        value: int
        counted: int = field(init=False, default=3)

    return {name: one for name, one in locals().items() if inspect.isclass(one)}


VALUES: dict[str, Maker] = {
    "Plain": lambda of: of("a", (1,)),
    "Empty": lambda of: of(),
    "Single": lambda of: of(1.5),
    "Named": lambda of: of(first=1),
    "Own": lambda of: of(" a "),
    "EqualOnly": lambda of: of(1),
    "Derived": lambda of: of("a", last=3),
    "Ordered": lambda of: of(1),
    "Filled": lambda of: of(1),
}


def seen(one: Any, value: Any) -> dict[str, object]:
    """Return what can be seen of a class and of a value of it."""
    fields = dataclasses.fields(one)
    parameters = inspect.signature(one).parameters.values()
    return {
        "fields": [(each.name, each.type, each.default) for each in fields],
        "made by": repr(one.__dataclass_params__),
        "members": sorted(one.__dict__.keys() - {"__doc__"}),
        "match": one.__match_args__,
        "slots": one.__slots__,
        "parameters": [(each.name, each.kind, each.annotation) for each in parameters],
        "text": repr(value),
        "as a dictionary": dataclasses.asdict(value),
        "equal": [value == other for other in (copy.copy(value), copy.deepcopy(value), object())],
    }


@pytest.mark.parametrize("name", VALUES)
def test_a_class_is_as_the_standard_library_makes_it(name: str) -> None:
    theirs, ours = (seen(one := classes(maker)[name], VALUES[name](one)) for maker in MAKERS)

    assert ours == theirs


@pytest.mark.parametrize("name", VALUES)
def test_a_hash_is_that_of_the_standard_library(name: str) -> None:
    theirs, ours = (hash(VALUES[name](classes(maker)[name])) for maker in MAKERS)

    assert ours == theirs


@pytest.mark.parametrize("name", [name for name in VALUES if name != "Empty"])
def test_a_value_stays_as_it_is(name: str) -> None:
    refusals = []
    for value in (VALUES[name](classes(maker)[name]) for maker in MAKERS):
        one = dataclasses.fields(value)[0].name
        with pytest.raises(FrozenInstanceError) as assigned:
            setattr(value, one, 1)
        with pytest.raises(FrozenInstanceError) as deleted:
            delattr(value, one)
        refusals.append((str(assigned.value), str(deleted.value)))

    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("arguments", [{}, {"name": "a", "x": 1}])
def test_wrong_arguments_are_refused(maker: Maker, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        classes(maker)["Plain"](**arguments)


def test_values_are_equal_by_what_is_compared() -> None:
    plain = classes(frozen.dataclass)["Plain"]

    assert plain("a", (1,), {"b": 2}) == plain("a", (1,), {})
    assert hash(plain("a", (1,), {"b": 2})) == hash(plain("a", (1,), {}))
    assert plain("a") != plain("b")
    assert dataclasses.replace(plain("a", (1,)), name="b") == plain("b", (1,))


@pytest.mark.parametrize("has_order", [False, True])
def test_an_unguarded_value_is_as_the_standard_library_makes_it(has_order: bool) -> None:
    theirs = dataclasses.dataclass(slots=True, unsafe_hash=True, order=has_order)

    def seen_of(maker: Maker) -> object:
        class Read:
            """What a reading makes."""

            start: int
            names: list[str] = field(default_factory=list, compare=False)

        made = maker(Read)
        return seen(made, made(1)), hash(made(1)), made(1) < made(2) if has_order else None

    assert seen_of(frozen.frozen(order=has_order)) == seen_of(theirs)


def test_a_class_is_given_its_init_when_a_value_is_made() -> None:
    plain = classes(frozen.dataclass)["Plain"]

    before = inspect.isfunction(plain.__dict__["__init__"])
    plain("a")

    assert (before, inspect.isfunction(plain.__dict__["__init__"])) == (False, True)


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """A value that goes to another process."""

    name: str
    numbers: tuple[int, ...] = ()


def test_a_value_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Kept("a", (1, 2)))) == Kept("a", (1, 2))


@pytest.mark.parametrize("maker", MAKERS)
def test_changed_replaces_fields_as_the_standard_library_does(maker: Maker) -> None:
    plain = classes(maker)["Plain"]("a", (1,), {"b": 2})
    some: tuple[dict[str, Any], ...] = ({}, {"name": "c"}, {"numbers": (), "more": {}})

    for changes in some:
        assert frozen.changed(plain, **changes) == dataclasses.replace(plain, **changes)


def test_values_share_one_mapping_as_long_as_nobody_gives_another() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Held:
        shared: Mapping[str, int] = field(default_factory=dict)
        own: dict[str, int] = field(default_factory=dict)
        listed: list[int] = field(default_factory=list)

    one, other = Held(), Held()

    assert one == other == Held({}, {})
    assert one.shared is other.shared
    assert one.own is not other.own
    assert one.listed is not other.listed
    assert Held({"a": 1}).shared == {"a": 1}
