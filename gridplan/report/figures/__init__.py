"""Drawings of the report as SVG text, each one function from plain values.

Same values, same bytes: no date, a fixed salt, letters as paths. Colour never stands alone; a label, a hatch or a
line style says the same.
"""
