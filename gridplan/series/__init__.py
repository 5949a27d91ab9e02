"""Hourly data the plan cannot change: load, availability and time stamps.

Comes in: hourly tables and a Network. Goes out: a GridSeries in UTC without gaps. May not repair a
value, and knows no campus.
"""
