"""Brute-force oracles: the same questions answered slowly, from the equations alone.

In: a Network and a GridSeries. Out: numbers to compare gridplan's answers with. Nothing here may import
gridplan.dispatch, gridplan.plan or gridplan's sensitivities; no PTDF or LODF update formula is used.
"""
