#!/bin/sh
# Installs Schoolgate's school site; what may be said after it: ./install.sh --help
exec "${PYTHON:-python3}" "$(dirname "$0")/install.py" "$@"
