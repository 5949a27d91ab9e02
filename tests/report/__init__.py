"""Tests of the report on run folders built here."""
