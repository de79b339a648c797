"""Who is who: an incoming pupil against those that are held. Pure Python, no Django (reference 9.4)."""
