"""Problems as ordered lists of parts: capacity, schedule and siting.

Comes in: the data of a study. Goes out: a compiled model. May hold neither physics nor data access.
"""
