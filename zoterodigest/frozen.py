"""Values that nobody changes, without the price that `dataclasses` has for it.

`dataclass` is that of the standard library, but a frozen class with slots is made faster.
`dataclasses` compiles six functions for such a class, 0.4 ms in all, and a command imports 300 of
them: a quarter of its start. Here only `__init__` is compiled, and not before a value is made, as
most classes get none: 0.02 of the 0.25 s of a `status`. The other methods are the same code for all
classes.

`frozen` is for the few classes of which a reading makes thousands of values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError
from functools import cache, partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")

_NOTHING: dict[Any, Any] = {}
_HANDLED = {"frozen", "slots", "kw_only", "unsafe_hash"}
"""Options that are common. With others the standard library makes the class."""

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **options):
        """Make a class a dataclass; `options` are those of `dataclasses.dataclass`."""
        return partial(_made, options) if cls is None else _made(options, cls)


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(*, order: bool = False) -> Callable[[type[T]], type[T]]:
    """Return what makes a class a value, as `dataclass(frozen=True, slots=True)` does.

    mypy forbids to change one. Nothing guards it while the program runs: a guard takes half of the
    time in which a value is made, and a twentieth of that in which a digest is read.
    """
    options = {"slots": True, "unsafe_hash": True} | ({"order": True} if order else {})
    return partial(_made, options)


# `dataclasses.replace` asks each field for its options, which takes four times as long: 7 % of
# reading a list. Used where a reading replaces something in each entry.
def changed(value: T, **changes: Any) -> T:
    """Return a dataclass value with other values in some of its fields."""
    made: Any = type(value)
    places, values_of = _fields_of(made)
    values = list(values_of(value))
    for name, new in changes.items():
        values[places[name]] = new
    return cast(T, made(*values))


@cache
def _fields_of(cls: type) -> tuple[dict[str, int], Callable[[Any], tuple[Any, ...]]]:
    names = [one.name for one in dataclasses.fields(cls)]
    return {name: place for place, name in enumerate(names)}, _values(names)


def _made(options: dict[str, Any], cls: type) -> type:
    is_guarded = options.get("frozen", False)
    is_value = is_guarded or options.get("unsafe_hash")
    if not (is_value and options.get("slots") and _is_plain(options, cls)):
        return dataclasses.dataclass(**options)(cls)
    # `dataclasses` would write one from the signature, which takes as long as all else.
    cls.__doc__ = cls.__doc__ or cls.__name__
    given = {**options, "frozen": False, "unsafe_hash": False}
    made: Any = dataclasses.dataclass(**given, init=False, repr=False, eq=False)(cls)
    params = made.__dataclass_params__
    params.init = params.repr = params.eq = True
    params.frozen, params.unsafe_hash = is_guarded, not is_guarded
    fields = dataclasses.fields(made)
    methods = _methods(made, fields) | (_guards(fields) if is_guarded else {})
    for name, method in methods.items():
        # A class may have its own. One with `__eq__` alone has a `__hash__` that is None.
        if made.__dict__.get(name) is None:
            setattr(made, name, method)
    return cast(type, made)


def _is_plain(options: dict[str, Any], cls: type) -> bool:
    fields = (one for one in vars(cls).values() if isinstance(one, Field))
    is_filled = all(one.init for one in fields)
    return is_filled and cls.__bases__ == (object,) and options.keys() <= _HANDLED


def _methods(made: Any, fields: Sequence[Field[Any]]) -> dict[str, Any]:
    shown = [one.name for one in fields if one.repr]
    compared = _values([one.name for one in fields if one.compare])
    hashed = _values([one.name for one in fields if _is_hashed(one)])

    @recursive_repr()
    def as_text(self: Any) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self.__class__.__qualname__}({values})"

    def is_equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    return {
        "__init__": _LaterInit(made),
        "__repr__": as_text,
        "__eq__": is_equal,
        "__hash__": lambda self: hash(hashed(self)),
    }


def _guards(fields: Sequence[Field[Any]]) -> dict[str, Any]:
    names = [one.name for one in fields]

    def restore(self: Any, state: Sequence[Any]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return {
        "__getstate__": lambda self: [getattr(self, name) for name in names],
        "__setstate__": restore,
        "__setattr__": _refuse_to_assign,
        "__delattr__": _refuse_to_delete,
    }


def _is_hashed(one: Field[Any]) -> bool:
    return one.compare if one.hash is None else one.hash


def _values(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of the attributes of an object."""
    match names:
        case []:
            return lambda _: ()
        case [name]:
            one = attrgetter(name)
            return lambda of: (one(of),)
        case _:
            return attrgetter(*names)


def _refuse_to_assign(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


class _LaterInit:
    """The `__init__` of a class until somebody asks for it, as the first value does: it is compiled
    then.
    """

    __slots__ = ("_made",)

    def __init__(self, made: Any) -> None:
        self._made = made

    def __get__(self, value: Any, owner: Any = None) -> Any:
        made = self._made
        # A class that derives from it has it, too.
        made.__init__ = _init(made, dataclasses.fields(made))
        return made.__init__.__get__(value, owner)


def _init(made: Any, fields: Sequence[Field[Any]]) -> Any:
    """Return the `__init__` of a class: it fills the slots, past the refusal to assign."""
    known: dict[str, Any] = {"MISSING": MISSING}
    is_guarded = made.__dataclass_params__.frozen
    positional, named, lines = ["self"], list[str](), list[str]()
    for one in fields:
        name, value = one.name, one.name
        if is_guarded:
            known[f"set_{name}"] = made.__dict__[name].__set__
        if one.default_factory is dict and not str(one.type).startswith("dict["):
            # Nobody changes a mapping. With one of its own for each value, a first push of short
            # entries takes 7 % more memory.
            known[f"default_{name}"] = _NOTHING
        elif one.default_factory is not MISSING:
            known |= {f"default_{name}": MISSING, f"make_{name}": one.default_factory}
            value = f"make_{name}() if {name} is MISSING else {name}"
        elif one.default is not MISSING:
            known[f"default_{name}"] = one.default
        parameter = f"{name}=default_{name}" if f"default_{name}" in known else name
        (named if one.kw_only else positional).append(parameter)
        lines.append(f"set_{name}(self, {value})" if is_guarded else f"self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join([*positional, *(["*", *named] if named else [])])
    exec(f"def __init__({parameters}):\n " + "\n ".join(lines or ["pass"]), known)
    init = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {one.name: one.type for one in fields} | {"return": None}
    return init
