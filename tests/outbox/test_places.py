"""Where an outbox may be: SQLite in all its spellings, PostgreSQL, MariaDB, and poolers."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import threading
import time
from dataclasses import replace
from importlib.metadata import version

import pytest
from outbox_parts import TIMING, until
from sqlalchemy import create_engine, text

from sha_disclosure.errors import ConfigurationError, OutboxError
from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.engines import engine_of, url_of
from sha_disclosure.sources import Sources

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
# SQLAlchemy decodes the name of a database once since 2.1; SQLite decodes a URI by itself.
BLANK = "%20" if version("sqlalchemy").startswith("2.0.") else "%2520"


@posix
@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("sqlite:///file:uri.sqlite?uri=true", "uri.sqlite"),
        ("sqlite:///file:{folder}/abs.sqlite?uri=true", "abs.sqlite"),
        (f"sqlite:///file:with{BLANK}blank.sqlite?uri=true&mode=rwc", "with blank.sqlite"),
        ("file:named.sqlite", "file:named.sqlite"),
        ("plain.sqlite", "plain.sqlite"),
    ],
)
def test_the_file_is_private_however_it_is_named(tmp_path, monkeypatch, prepare, place, name):
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    try:
        with Outbox(place.format(folder=tmp_path)) as outbox:
            outbox.add(prepare())
            made = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert name in made
    assert set(made.values()) == {0o600}


@pytest.mark.parametrize(
    "place",
    [
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:m?mode=memory&cache=shared&uri=true",
        "sqlite:///file:?uri=true",
        "sqlite://",
    ],
)
def test_memory_is_refused_however_it_is_named(place):
    with pytest.raises(ConfigurationError, match="in memory"):
        Outbox(place)


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://h:port/d", "postgresql://h:99999999999/d", "sqlite://host", "nothing://x",
        "sqlite:///x?uri=perhaps", "sqlite:///file://[?uri=true", "mysql+unknown://h/d",
        "postgresql://h/d?prepare_threshold=²", "http://h/d", "://", "a\0b", "sqlite:///a\0b",
        "a\ud800b", "mssql+pyodbc://h/d", "oracle://h/d", "x" * 5000, "/dev/null", "",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_a_matter_of_configuration(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    try:
        Database(place, Sources()).close()
    except (ConfigurationError, OutboxError):
        pass
    else:
        assert place.startswith("postgresql") or "\ud800" in place


def test_a_link_to_a_file_that_is_not_there_is_no_outbox(tmp_path):
    (tmp_path / "o.db").symlink_to("gone")
    with pytest.raises(OutboxError, match=r"o\.db"):
        Database(tmp_path / "o.db", Sources())


@posix
def test_a_file_that_kubernetes_opened_to_its_group_is_closed_again(file, prepare, caplog):
    with Outbox(file) as outbox:
        outbox.add(prepare())
    file.chmod(0o660)
    with Outbox(file) as outbox:
        assert len(outbox.list()) == 1
        modes = {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()}
    assert modes == {0o600}
    assert "fsGroup" in caplog.text


def test_nothing_is_made_where_no_outbox_is_unless_asked_for(tmp_path):
    path = tmp_path / "none.sqlite"
    with pytest.raises(OutboxError, match="no outbox") as caught:
        Outbox(path, create=False)
    assert "ei ole säilöä" in caught.value.text("fi")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OutboxError):
        Outbox(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert not list(tmp_path.iterdir())


def test_a_database_without_an_outbox_is_left_as_it_is(place):
    engine = create_engine(url_of(place))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE own (id INTEGER)"))
    with pytest.raises(OutboxError, match="contains no outbox"):
        Outbox(engine, create=False)
    engine.dispose()


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+pymysql"])
def test_the_usual_schemes_of_mysql_are_known(scheme):
    pytest.importorskip("pymysql")
    engine = engine_of(f"{scheme}://u@127.0.0.1:1/x", create=True)
    assert engine.driver == "pymysql"
    assert engine.url.query["charset"] == "utf8mb4"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_scheme_of_postgresql_is_known(scheme):
    pytest.importorskip("psycopg")
    engine = engine_of(f"{scheme}://u@127.0.0.1:1/x?prepare_threshold=0", create=True)
    assert engine.url.drivername == "postgresql+psycopg"
    assert "prepare_threshold" not in engine.url.query


def test_a_wrong_database_a_role_without_rights_and_a_stopped_server_differ(cluster):
    with cluster.database() as url:
        engine = create_engine(url_of(url))
        with engine.begin() as connection:
            connection.execute(text("CREATE ROLE reader LOGIN"))
            connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        engine.dispose()
        refused = {
            "does not exist": url.replace("@/outbox_", "@/none_"),
            "refuses this role": url.replace("outbox@", "nobody_here@"),
            "grant it CREATE": url.replace("outbox@", "reader@"),
            "its server runs": url.replace("host=", "host=/nonexistent"),
        }
        for words, place in refused.items():
            with pytest.raises(OutboxError, match=words):
                Outbox(place)
        engine = create_engine(url_of(url))
        with engine.begin() as connection:
            connection.execute(text("DROP ROLE reader"))
        engine.dispose()


@pytest.mark.proof
def test_a_wrong_database_a_user_without_rights_and_a_stopped_mariadb_differ(mariadb):
    with mariadb.database() as url:
        name = url.rpartition("/")[2]
        mariadb.execute(
            "CREATE USER reader@'127.0.0.1'", f"GRANT SELECT ON {name}.* TO reader@'127.0.0.1'"
        )
        refused = {
            "does not exist": url.replace("/outbox_", "/none_", 1),
            "refuses this role": url.replace("outbox@", "outbox:wrong@"),
            "grant it CREATE": url.replace("outbox@", "reader@"),
            "its server runs": f"mysql://outbox@127.0.0.1:1/{name}",
        }
        for words, place in refused.items():
            with pytest.raises(OutboxError, match=words) as caught:
                Outbox(place)
            assert caught.value.__context__ is None
        mariadb.execute("DROP USER reader@'127.0.0.1'")


@pytest.mark.proof
def test_mysql_keeps_what_is_long_or_refuses_it_whatever_its_server_is_set_to(mariadb, prepare):
    with mariadb.database() as url, Outbox(url) as outbox:
        made = prepare()
        ids = tuple(f"1.2.246.10.{n:040}" for n in range(2000))  # over the 64 kB of TEXT
        long = replace(made, notice_ids=ids, references=())
        assert outbox.add(long).notice_ids == ids
        assert outbox.list()[0].notice_ids == ids
        with pytest.raises(OutboxError):
            outbox.add(replace(prepare(), edition="e" * 201))
        assert len(outbox.list()) == 1


def test_the_time_is_the_servers_in_any_time_zone(server):
    with server.database() as url, Outbox(url) as outbox:
        engine = outbox._database.engine
        zone = "TIME ZONE 'Asia/Tokyo'" if engine.name == "postgresql" else "time_zone = '+05:00'"
        with outbox._database.write() as connection:
            connection.execute(text(f"SET {zone}"))
            assert abs(outbox._database.now(connection) / 1000 - time.time()) < 5


def test_many_processes_that_open_a_new_outbox_at_once_make_one(server):
    faults = []

    def opens(url):
        try:
            Outbox(url).close()
        except OutboxError as fault:
            faults.append(fault)

    with server.database() as url:
        threads = [threading.Thread(target=opens, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        Outbox(url, create=False).close()


def test_a_drain_outlives_a_restart_of_its_database(server, kanta, prepare):
    with server.database() as url, Outbox(url) as outbox:
        stop, reports = threading.Event(), []
        drain = threading.Thread(
            target=lambda: reports.append(
                outbox.drain(kanta, until_empty=False, stop=stop, timing=TIMING)
            )
        )
        drain.start()
        try:
            outbox.add(prepare())
            server.restart()
            outbox.add(prepare())
            until(lambda: outbox.status().counts["delivered"] == 2 or not drain.is_alive())
        finally:
            stop.set()
            drain.join()
    assert reports[0].delivered == 2


@pytest.fixture
def pooler(cluster, tmp_path):
    """The address of pgbouncer in transaction mode before a database of the cluster."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed (apt-get install pgbouncer)")
    with cluster.database() as url:
        name = url.rpartition("@/")[2].partition("?")[0]
        database = f"host={cluster.folder} dbname={name} user=outbox"
        settings = cluster.folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\npooled = {database}\n[pgbouncer]\nlisten_addr=\nlisten_port=6432\n"
            "auth_type=any\npool_mode=transaction\ndefault_pool_size=3\n"
            f"unix_socket_dir={cluster.folder}\n"
        )
        settings.chmod(0o644)
        process = subprocess.Popen(
            [program, str(settings)], user=cluster.user, stderr=subprocess.DEVNULL
        )
        try:
            until((cluster.folder / ".s.PGSQL.6432").is_socket)
            yield f"postgres://outbox@/pooled?host={cluster.folder}&port=6432"
        finally:
            process.terminate()
            process.wait()


@pytest.mark.parametrize("parameters", ["", "&prepare_threshold=0"])
def test_an_outbox_behind_a_transaction_pooler(pooler, kanta, prepare, parameters):
    faults = []
    with Outbox(f"{pooler}{parameters}") as outbox:
        prepared = [prepare() for _ in range(12)]

        def add(part):
            try:
                for each in part:
                    outbox.add(each)
            except OutboxError as fault:
                faults.append(fault)

        threads = [threading.Thread(target=add, args=(prepared[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        assert outbox.drain(kanta, workers=3, timing=TIMING).delivered == 12
