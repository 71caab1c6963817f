"""Sending: a prompt goes out once, only while everything still says yes, or not at all."""
