"""What the planner asked: a YAML file becomes a frozen Study whose values remember their line.

Comes in: a study file. Goes out: ``StudyFile`` (Study, places of its keys, warnings), or an InputError that
holds every finding.
This room knows no network, no series and no solver; rules that need the grid take plain sequences.
"""
