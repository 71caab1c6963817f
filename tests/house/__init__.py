"""Tests of the house itself: its order, its promises, its tools."""
