"""The SOAP service: its door, who may call, what is done, and what is noted of it (reference 2)."""
