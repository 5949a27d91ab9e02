"""Many studies: a sweep run by local processes, resumed and compared.

Comes in: a sweep file (a base study and axes). Goes out: one run folder per study, named by its content, and tables of
them (``run.run_batch``). May not change a study or look inside a solve.
"""
