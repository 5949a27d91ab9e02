"""Tests of gridplan."""
