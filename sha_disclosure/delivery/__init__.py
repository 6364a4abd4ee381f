"""Delivering a prepared notice (toimittaminen): the clients, one submission, answers, retries."""
