"""The event backbone: the feed is the truth, the broker is a hint.

A fact committed in one service takes effect exactly once in every listening service, in order
per subject, whatever dies when.
"""
