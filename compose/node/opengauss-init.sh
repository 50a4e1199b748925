#!/usr/bin/env bash
# The records' database on openGauss, made once by the image's entrypoint on the new primary: in PostgreSQL's compatibility mode, where '' is
# not NULL and text is counted in characters.
set -euo pipefail
gsql -d postgres -p "${GS_PORT:-5432}" -v ON_ERROR_STOP=1 \
  -c "CREATE DATABASE ${GS_APP_DB:-records} OWNER ${GS_APP_USER:-records} ENCODING 'UTF8' DBCOMPATIBILITY 'PG'" \
  -c "ALTER USER ${GS_APP_USER:-records} MONADMIN"
