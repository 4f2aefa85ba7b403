"""JSON that may stand where a field's value is expected."""

from __future__ import annotations

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["local", "offset", "lat", "lon", "alt", "city", "name", "area"]), inner
        )
    ),
    max_leaves=8,
)
