"""Tests of the desk's window and its parts."""
