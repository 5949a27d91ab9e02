"""Proof by other means: the auditor, AC power flow and screens.

Comes in: the files of a finished run. Goes out: a certificate. May not use what it checks: the auditor
imports shared words and numerical libraries only.
"""
