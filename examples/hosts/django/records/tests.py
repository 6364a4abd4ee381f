"""The example's own tests: run by ``manage.py test``, against the embedded sandbox."""

import json
from io import StringIO

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase, TransactionTestCase, override_settings
from records.models import Disclosure
from records.services import record_disclosure

from sha_disclosure.integrations.django import drained_outbox, kanta, outbox

NOTICES = apps.get_model("sha_disclosure", "OutboxMessage")


class Together(TestCase):
    """A disclosure and its notice are stored together or not at all."""

    def test_both_are_there(self) -> None:
        made = record_disclosure("d-1", "Toimeentulotuen käsittely")
        self.assertEqual(NOTICES.objects.get().notice_ids, json.dumps([made.notice_id]))

    def test_a_rollback_takes_both(self) -> None:
        with self.assertRaises(KeyError), transaction.atomic():
            record_disclosure("d-2", "Toimeentulotuen käsittely")
            raise KeyError
        self.assertEqual((Disclosure.objects.count(), NOTICES.objects.count()), (0, 0))

    def test_a_savepoint_takes_what_is_inside(self) -> None:
        with transaction.atomic():
            record_disclosure("d-3", "Toimeentulotuen käsittely")
            with self.assertRaises(KeyError), transaction.atomic():
                record_disclosure("d-4", "Toimeentulotuen käsittely")
                raise KeyError
        self.assertEqual((Disclosure.objects.count(), NOTICES.objects.count()), (1, 1))

    def test_a_notice_that_is_refused_stores_nothing(self) -> None:
        answer = self.client.post("/disclose/", {"key": "d-5", "purpose": " "})
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(answer.json()["problems"][0]["rule"], "N05")
        self.assertEqual((Disclosure.objects.count(), NOTICES.objects.count()), (0, 0))

    def test_an_open_transaction_elsewhere_is_not_touched(self) -> None:
        with transaction.atomic():
            Disclosure.objects.create(key="own", purpose="-", notice_id="-")
            with self.assertRaises(KeyError), transaction.atomic():
                record_disclosure("d-7", "Toimeentulotuen käsittely")
                raise KeyError
        self.assertEqual([d.key for d in Disclosure.objects.all()], ["own"])


class Pages(TestCase):
    """What an administrator and a monitoring system see."""

    def test_the_admin_shows_states_and_nothing_personal(self) -> None:
        self.client.force_login(User.objects.create_superuser("admin"))
        record_disclosure("d-8", "Toimeentulotuen käsittely")
        page = self.client.get("/admin/sha_disclosure/outboxmessage/").content.decode()
        self.assertIn("pending", page)
        number = NOTICES.objects.get().number
        one = self.client.get(f"/admin/sha_disclosure/outboxmessage/{number}/change/")
        for text in ("Esimerkki", "Elli", "1980", "Toimeentulotuen"):
            self.assertNotIn(text, page + one.content.decode())
        self.assertEqual(
            self.client.get("/admin/sha_disclosure/outboxmessage/add/").status_code, 403
        )

    def test_health_follows_the_thresholds(self) -> None:
        self.assertEqual(self.client.get("/health/").status_code, 200)

    def test_checks_find_nothing_wrong(self) -> None:
        self.assertEqual(run_checks(databases=["default"]), [])

    def test_checks_name_what_is_wrong(self) -> None:
        with override_settings(SHA_DISCLOSURE={"SETINGS": "x"}):
            found = [each.id for each in run_checks()]
        self.assertEqual(found, ["sha_disclosure.E001"])

    def test_models_and_migrations_agree(self) -> None:
        call_command("makemigrations", "sha_disclosure", check=True, dry_run=True, verbosity=0)


class Delivered(TransactionTestCase):
    """What is committed is delivered."""

    def setUp(self) -> None:
        for name in ("OutboxAttempt", "OutboxNotice", "OutboxMessage"):
            apps.get_model("sha_disclosure", name).objects.all().delete()

    def test_a_drain_delivers_and_the_status_shows_it(self) -> None:
        made = [record_disclosure(f"d-{n}", "Toimeentulotuen käsittely") for n in range(5)]
        call_command("sha_disclosure", "drain", stdout=(drained := StringIO()))
        self.assertEqual(json.loads(drained.getvalue())["delivered"], 5)
        stored = {each.notice_id for each in settings.SANDBOX.received()}
        self.assertLessEqual({each.notice_id for each in made}, stored)
        call_command("sha_disclosure", "status", stdout=(shown := StringIO()))
        self.assertEqual(json.loads(shown.getvalue())["status"]["delivered"], 5)
        call_command(
            "sha_disclosure", "retry", "--state", "quarantined", stdout=(due := StringIO())
        )
        self.assertEqual(json.loads(due.getvalue()), {"due": 0})

    def test_on_commit_runs_after_both_are_there(self) -> None:
        seen: list[int] = []
        with transaction.atomic():
            record_disclosure("d-9", "Toimeentulotuen käsittely")
            transaction.on_commit(lambda: seen.append(outbox().status().counts["pending"]))
            self.assertEqual(seen, [])
        self.assertEqual(seen, [1])

    def test_a_drain_does_not_see_what_is_not_committed(self) -> None:
        with transaction.atomic():
            record_disclosure("d-10", "Toimeentulotuen käsittely")
            if "sqlite" not in transaction.get_connection().vendor:  # it locks the whole file
                self.assertEqual(self.drained(), 0)
        self.assertEqual(self.drained(), 1)

    def drained(self) -> int:
        with drained_outbox() as opened:
            return opened.drain(kanta()).delivered
