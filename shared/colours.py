"""Colours of pages, and the contrast between two of them as WCAG 2 defines it.

A colour is written as #rrggbb.
"""

from typing import Final

READABLE: Final = 4.5
"""Least contrast between a text and its background (WCAG 2.2, level AA)."""
_WHITE: Final = "#ffffff"
_LINEAR_BELOW: Final = 0.04045
"""Up to this value a channel of sRGB is linear (IEC 61966-2-1)."""
_STEPS: Final = 100
"""In how many steps a colour becomes white."""


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white).

    Source: WCAG 2.2, "contrast ratio".
    """
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lightened(colour: str, *, background: str) -> str:
    """Return the colour with as little white as makes it readable on a dark background."""
    tones = (_mixed_with_white(colour, step / _STEPS) for step in range(_STEPS))
    return next((tone for tone in tones if contrast(tone, background) >= READABLE), _WHITE)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel / 255) for channel in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Return the linear value of an sRGB channel between 0 and 1."""
    return channel / 12.92 if channel <= _LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4


def _mixed_with_white(colour: str, share: float) -> str:
    """Return a colour of which `share` is replaced by white."""
    channels = (round(channel + (255 - channel) * share) for channel in bytes.fromhex(colour[1:]))
    return f"#{bytes(channels).hex()}"
