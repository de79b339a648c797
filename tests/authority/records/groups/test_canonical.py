from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.records.groups.canonical import canonical, digest_of

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)


def reordered(value: Any) -> Any:
    """The same with the keys of every dict the other way round."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(part) for part in value] if isinstance(value, list) else value


@given(VALUES)
def test_equal_values_have_one_text(value: Any) -> None:
    assert canonical(reordered(value)) == canonical(value)


@given(VALUES, VALUES)
def test_different_values_have_different_texts_and_digests(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)
    assert (digest_of(canonical(one)) == digest_of(canonical(other))) == (one == other)


def test_the_form_is_what_stored_digests_rely_on() -> None:
    """A change here makes every digest held in a database worthless: count CANONICAL_VERSION up with it."""
    text = canonical({"b": ["ö", {}], "a": "/"})
    assert text == '{"a":"/","b":["ö",{}]}'
    assert digest_of(text).hex() == "33efe76a1a8f903ec6872732d25e2385"
