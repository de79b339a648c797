"""What passes between the parties: files, their identifiers, codes and checks. Pure Python: no Django, no network."""
