"""What the Administration screens do (handbook 04): root folder, LAs, schools, the line out, the schedule."""
