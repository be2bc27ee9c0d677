"""What is started by hand or by the clock."""
