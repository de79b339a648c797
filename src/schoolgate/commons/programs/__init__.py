"""The doors that programs come in by: what every JSON API of a site has in common, whoever's it is."""
