"""Which events a Trigger asks for, as `pkg/eventfilter` of Knative decides it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.eventing.broker.filters import Verdict, asks_for, evaluate
from knative.local.model import Filter

EVENT = {
    "specversion": "1.0", "id": "1", "source": "/shop", "type": "zerocart.order.paid.v1",
    "datacontenttype": "application/json; charset=utf-8", "colour": "red",
}  # fmt: skip

attribute_names = st.sampled_from(["type", "source", "subject", "colour", "missing"])
values = st.sampled_from(["a", "ab", "b", "/shop", "red", "re"])
events = st.dictionaries(attribute_names, values)
leaves = st.builds(
    Filter,
    dialect=st.sampled_from(["exact", "prefix", "suffix"]),
    attributes=st.dictionaries(attribute_names, values, min_size=1),
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Filter, dialect=st.sampled_from(["all", "any"]), filters=st.lists(inner, min_size=1).map(tuple)),
        st.builds(Filter, dialect=st.just("not"), filters=inner.map(lambda each: (each,))),
    ),
    max_leaves=8,
)


def exact(**attributes: str) -> Filter:
    return Filter(dialect="exact", attributes=attributes)


def prefix(**attributes: str) -> Filter:
    return Filter(dialect="prefix", attributes=attributes)


def suffix(**attributes: str) -> Filter:
    return Filter(dialect="suffix", attributes=attributes)


def all_of(*filters: Filter) -> Filter:
    return Filter(dialect="all", filters=filters)


def any_of(*filters: Filter) -> Filter:
    return Filter(dialect="any", filters=filters)


def none_of(inner: Filter) -> Filter:
    return Filter(dialect="not", filters=(inner,))


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ({}, True),
        ({"type": "zerocart.order.paid.v1"}, True),
        ({"type": "zerocart.order"}, False),
        ({"type": "zerocart.order.paid.v1", "source": "/other"}, False),
        ({"colour": "red"}, True),
        ({"colour": ""}, True),
        ({"shade": ""}, False),
        ({"subject": ""}, False),
        ({"datamediatype": "application/json"}, True),
    ],
)
def test_attributes_are_equal_or_where_nothing_is_asked_there(attributes: Mapping[str, str], wanted: bool) -> None:
    assert asks_for(attributes, (), EVENT) is wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (exact(type="zerocart.order.paid.v1", colour="red"), True),
        (exact(type="zerocart.order.paid.v1", colour="blue"), False),
        (prefix(type="zerocart.order."), True),
        (prefix(type="order."), False),
        (prefix(subject="a"), False),
        (prefix(shade="a"), False),
        (suffix(type=".v1"), True),
        (suffix(type=".v2"), False),
        (all_of(prefix(type="zerocart."), suffix(type=".v1")), True),
        (all_of(prefix(type="zerocart."), suffix(type=".v2")), False),
        (any_of(prefix(type="other."), suffix(type=".v1")), True),
        (any_of(prefix(type="other."), suffix(type=".v2")), False),
        (none_of(exact(colour="blue")), True),
        (none_of(exact(colour="red")), False),
        (Filter(), True),
        (none_of(Filter()), True),
        (exact(colour=""), True),
    ],
)
def test_each_dialect_decides_as_knative_s_does(expression: Filter, wanted: bool) -> None:
    assert asks_for({}, (expression,), EVENT) is wanted


def test_where_there_are_filters_the_attributes_mean_nothing() -> None:
    assert asks_for({"colour": "blue"}, (exact(colour="red"),), EVENT)


def test_every_filter_of_a_list_must_let_it_pass() -> None:
    assert not asks_for({}, (exact(colour="red"), exact(colour="blue")), EVENT)


@given(expressions, events)
def test_not_turns_every_expression_around(expression: Filter, event: Mapping[str, str]) -> None:
    opposite = {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS, Verdict.NOTHING: Verdict.NOTHING}
    assert evaluate(none_of(expression), event) is opposite[evaluate(expression, event)]


@given(st.lists(expressions, min_size=1), events)
def test_any_is_not_all_not(filters: list[Filter], event: Mapping[str, str]) -> None:
    negated = none_of(all_of(*map(none_of, filters)))
    assert evaluate(any_of(*filters), event) is evaluate(negated, event)


@given(st.lists(expressions), events)
def test_the_order_of_filters_changes_nothing(filters: list[Filter], event: Mapping[str, str]) -> None:
    assert asks_for({}, filters, event) is asks_for({}, filters[::-1], event)


@given(st.dictionaries(attribute_names, values, min_size=1), events)
def test_what_is_exact_is_prefix_and_suffix_too(attributes: dict[str, str], event: Mapping[str, str]) -> None:
    if evaluate(exact(**attributes), event) is Verdict.PASS:
        assert evaluate(prefix(**attributes), event) is Verdict.PASS
        assert evaluate(suffix(**attributes), event) is Verdict.PASS
