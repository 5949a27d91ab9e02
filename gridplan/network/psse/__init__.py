"""PSS/E RAW files of versions 32 to 35: text to GridCase, and GridCase to version 33.

Comes in: a path, or a GridCase. Goes out: a GridCase, or bytes with the costs beside them.
"""
