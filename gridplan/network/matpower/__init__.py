"""MATPOWER case files: text to GridCase and back.

Comes in: a path, or a GridCase. Goes out: a GridCase, or bytes; nothing of a file is ever run.
"""
