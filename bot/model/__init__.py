"""The nouns: frozen, slotted dataclasses that every floor speaks of; the ledger's, and all the others."""

from bot.model.ledger import *  # noqa: F403 -- one name for all nouns, wherever they stand
from bot.model.news import *  # noqa: F403 -- as above
