from __future__ import annotations

from bot.store import answered


def test_an_update_is_answered_once(store):
    assert store.note_answered(7)
    assert not store.note_answered(7)
    assert store.answered_updates([6, 7, 8]) == frozenset({7})
    assert store.answered_updates([]) == frozenset()


def test_updates_of_long_ago_are_forgotten(store, monkeypatch):
    monkeypatch.setattr(answered, "REMEMBERED", 100)
    store.note_answered(7)
    store.note_answered(450)
    store.note_answered(500)
    assert store.answered_updates([7, 450, 500]) == frozenset({450, 500})
