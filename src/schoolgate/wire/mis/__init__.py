"""What a school's system (MIS) is asked through: one connector a vendor, one way to ask for all of them."""
