"""What the plan of 2009 did."""
