"""Tests of the panels: real widgets on a real desk."""
