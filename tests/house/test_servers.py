"""The private servers of the tests do what a test of failure needs of them."""

import smtplib
import time
from email.message import EmailMessage

import psycopg
import pytest
from kombu import Connection

from tests.servers.postgres import APP


class TestPostgres:
    def test_gives_every_test_a_database_of_its_own(self, new_database):
        first, second = new_database("intake"), new_database("intake")

        with psycopg.connect(first.owner_url) as connection:
            connection.execute("create table note (id int)")

        with psycopg.connect(second.admin_url) as connection:
            found = connection.execute("select to_regclass('note')").fetchone()
        assert found == (None,)

    def test_services_run_under_a_role_that_row_level_security_binds(self, new_database):
        database = new_database()
        with psycopg.connect(database.owner_url) as connection:
            connection.execute("create table note (id int)")
            connection.execute(f"grant select, insert on note to {APP}")

        with psycopg.connect(database.url) as connection:
            connection.execute("insert into note values (1)")
            query = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
            [above_the_law] = connection.execute(query).fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("truncate note")
        assert not above_the_law

    def test_keeps_what_was_committed_when_it_is_killed(self, mortal_postgres):
        mortal_postgres.execute("create table note (id int); insert into note values (7)")

        mortal_postgres.kill()
        assert not mortal_postgres.answers()
        mortal_postgres.start()

        with psycopg.connect(mortal_postgres.url()) as connection:
            assert connection.execute("select id from note").fetchall() == [(7,)]


class TestRabbitMQ:
    def test_keeps_durable_messages_when_it_is_killed(self, rabbitmq, vhost):
        confirmed = {"confirm_publish": True}
        with Connection(rabbitmq.url(vhost), transport_options=confirmed) as connection:
            connection.SimpleQueue("notes").put("keep me")

        rabbitmq.kill()
        assert not rabbitmq.answers()
        rabbitmq.start()

        with Connection(rabbitmq.url(vhost)) as connection:
            assert connection.SimpleQueue("notes").get(timeout=10).payload == "keep me"

    def test_hangs_while_it_is_frozen(self, rabbitmq, vhost):
        rabbitmq.freeze()

        began = time.monotonic()
        waiting = Connection(rabbitmq.url(vhost), connect_timeout=1)
        with pytest.raises(TimeoutError), waiting:
            waiting.connect()

        assert time.monotonic() - began > 0.5
        rabbitmq.thaw()
        with Connection(rabbitmq.url(vhost), connect_timeout=10) as connection:
            connection.connect()


class TestSmtp:
    def letter(self) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = "Hello"
        letter.set_content("How are you?")
        return letter

    def test_keeps_the_letters_it_accepts(self, smtp):
        with smtplib.SMTP(smtp.host, smtp.port) as client:
            client.send_message(self.letter(), "us@attune.invalid", ["you@attune.invalid"])

        [kept] = smtp.letters
        assert kept.recipients == ("you@attune.invalid",)
        assert kept.message["Subject"] == "Hello"
        assert kept.text == "How are you?"

    def test_refuses_as_it_is_told(self, smtp):
        smtp.answer_to = lambda _: "451 try later"

        with smtplib.SMTP(smtp.host, smtp.port) as client, pytest.raises(smtplib.SMTPException):
            client.send_message(self.letter(), "us@attune.invalid", ["you@attune.invalid"])

        assert smtp.letters == []

    def test_can_be_away(self, smtp):
        smtp.stop()

        with pytest.raises(ConnectionRefusedError):
            smtplib.SMTP(smtp.host, smtp.port)
