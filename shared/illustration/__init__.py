"""A drawing of a good from the words of its name.

The retailer's file has no pictures, and a picture of something else would be a lie. A drawing
in a few flat shapes says "a red mug with dots", which is what is known. Pure: the same name
and category always give the same SVG, so it can be cached for ever and tested by its bytes.
"""

from shared.illustration.drawing import illustrate

__all__ = ["illustrate"]
