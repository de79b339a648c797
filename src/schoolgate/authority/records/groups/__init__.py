"""What an LA holds of a pupil, in data groups: read from a record, compared, shown, and written back. No Django."""
