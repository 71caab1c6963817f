#!/bin/bash
# Runs once, when a database server is empty: makes the one role and database of its service.
# The role owns its tables and nothing else; it can neither make roles nor look past row security.
set -e
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v role="attune_$SERVICE" \
    -v password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE :"role" OWNER :"role" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
SQL
