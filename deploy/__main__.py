"""Lets `python -m deploy` do what `attune` does, where nothing is installed beside Python."""

from deploy.cli import main

main(prog_name="attune")
