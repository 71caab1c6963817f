"""Plans: a menu of small things to try, and the three keys without which none begins."""
