"""The commands, one file each: the only room that prints.

Comes in: the command line. Goes out: text or one JSON object, and an exit code. A command returns a ``Reply``; what
becomes of it stands in ``console``. Heavy libraries are imported inside the command that needs them.
"""
