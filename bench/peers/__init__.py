"""What others would write: the programs our own are measured against."""
