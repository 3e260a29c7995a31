"""Writers of one process take turns, without SQLite's sleeping."""

import threading

import pytest

from bot.errors import StoreError
from bot.store import transactions
from bot.store.sql import open_store


def test_a_writer_that_waits_too_long_for_another_thread_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(transactions, "PATIENCE", 0.05)
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    begun, over = threading.Event(), threading.Event()

    def hold():
        with store._transactions.writing():
            begun.set()
            over.wait(5)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        assert begun.wait(5)
        with pytest.raises(StoreError, match="waited for another transaction"), store._transactions.writing():
            pass
    finally:
        over.set()
        holding.join()
    with store._transactions.writing():
        pass  # its turn has come
    store.close()
