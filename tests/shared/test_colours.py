import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.colours import READABLE, contrast, lightened

COLOURS = st.binary(min_size=3, max_size=3).map(lambda channels: f"#{channels.hex()}")


@pytest.mark.parametrize(
    ("colour", "other", "expected"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#00ff00", 2.91),
        ("#123456", "#123456", 1.0),
    ],
)
def test_the_contrast_of_two_colours_is_that_of_wcag(
    colour: str, other: str, expected: float
) -> None:
    assert contrast(colour, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, colour) == contrast(colour, other)


@given(COLOURS)
def test_every_lightened_colour_is_readable_on_a_dark_background(colour: str) -> None:
    assert contrast(lightened(colour, background="#1b242d"), "#1b242d") >= READABLE


def test_a_colour_that_is_readable_on_the_background_stays_as_it_is() -> None:
    assert lightened("#7cc0ea", background="#1b242d") == "#7cc0ea"
    assert lightened("#0a5c8c", background="#1b242d") != "#0a5c8c"
