"""What of a site may be sent to whoever helps: how it stands, without anybody's name and without any secret."""
