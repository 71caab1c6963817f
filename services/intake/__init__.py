"""Intake: who the clinics, their staff and the people in their care are, and what each permits."""
