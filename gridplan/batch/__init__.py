"""Many studies: a sweep run by local processes, resumed and compared.

Comes in: a sweep of studies. Goes out: one run folder per study and a table of them. May not change a
study or look inside a solve.
"""
