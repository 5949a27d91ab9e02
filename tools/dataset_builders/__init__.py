"""One module a dataset: public packages come in, a folder under datasets/ goes out.

Run by a developer through ``python tools/build_datasets.py``, never by a planner.
"""
