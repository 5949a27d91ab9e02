"""Published totals of AI loads beside what the load model gives for them, with the deviation; misses are shown.

Comes in: published figures with their sources (one file of checks per subject), the shipped tables. Goes out: rows
(``rows``). No check may change a shipped parameter except to state the case that was published, in words.
"""
