"""Places: distance and areas that choose candidates, reference systems, schematic layout, and map layers.

Comes in: coordinates of a Network or GridCase, area files. Goes out: candidates, or a GeoPackage.
"""
