"""The doctor: looks at a site and the machine it runs on, says what is wrong, why, and what to do."""
