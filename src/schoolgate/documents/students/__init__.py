"""The student file of B2B (CES) and the CTF: reading, checking and writing them in flat memory."""
