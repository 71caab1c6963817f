#!/bin/bash
# Runs once, when a database server is empty: makes the database of its service, and who may use it.
# attune_owner owns the tables and brings them up to date. Pages are served under attune_app, and
# workers run under attune_worker; what these two may do to a table comes with the table. None of
# them can make roles or look past row security.
set -e
. "${PASSWORDS:-/run/secrets/database_passwords}"
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v database="attune_$SERVICE" \
    -v owner="${owner:?}" -v app="${app:?}" -v worker="${worker:?}" <<'SQL'
\set bound 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS'
CREATE ROLE attune_owner :bound PASSWORD :'owner';
CREATE ROLE attune_app :bound PASSWORD :'app';
CREATE ROLE attune_worker :bound PASSWORD :'worker' IN ROLE attune_app;
CREATE DATABASE :"database" OWNER attune_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO attune_app;
SQL
