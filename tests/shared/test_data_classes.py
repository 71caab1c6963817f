"""Every column says what kind of data it holds, and whose key seals what is personal."""

from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Uuid

from shared.columns import Unclassified, class_of, holding, label_in
from shared.keys.store import keys
from shared.labels import PERSONAL, DataClass, Scope
from shared.settings import SERVICES
from shared.store.everywhere import together
from tests.servers.furnishing import models_of

PLACES = (*SERVICES, "the key store")


def columns_in(place: str) -> list[Column[Any]]:
    metadata = keys if place == "the key store" else together(models_of(place))
    return [column for table in metadata.sorted_tables for column in table.c]


@pytest.mark.parametrize("place", PLACES)
class TestEveryColumn:
    def test_has_a_class(self, place):
        assert [class_of(column) for column in columns_in(place)]

    def test_that_is_personal_is_sealed_with_the_key_of_someone(self, place):
        personal = [column for column in columns_in(place) if class_of(column) in PERSONAL]

        assert personal
        for column in personal:
            wraps = column.info["scope"] is Scope.WRAPPING
            assert wraps or isinstance(column.type, LargeBinary), column
            assert wraps or label_in(column) is not None, column
            assert wraps or column.info["subject"] in (*column.table.c.keys(), "clinic_id"), column

    def test_that_is_sealed_is_personal(self, place):
        sealed = [column for column in columns_in(place) if "scope" in column.info]

        assert all(class_of(column) in PERSONAL for column in sealed)


class TestAColumn:
    @pytest.mark.parametrize("kind", [String(40), LargeBinary(32)])
    def test_of_text_or_bytes_that_says_nothing_is_found(self, kind):
        table = Table("later", MetaData(), Column("id", Uuid), Column("words", kind))

        assert class_of(table.c.id) is DataClass.ID
        with pytest.raises(Unclassified, match=r"later\.words"):
            class_of(table.c.words)

    def test_says_it_itself(self):
        column = Column("words", String(40), info=holding(DataClass.HOUSE_WORDS))

        assert class_of(column) is DataClass.HOUSE_WORDS
