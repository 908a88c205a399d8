"""The setting of a city's numbers is read whole or refused at start."""

import pytest

from governance.triage.local_numbers import LocalNumber, read_local_numbers


def test_each_number_has_its_label_and_its_source() -> None:
    assert read_local_numbers(" 供水 96116 自来水集团 官网；燃气 96777 燃气集团官网;") == (
        LocalNumber("供水", "96116", "自来水集团 官网"),
        LocalNumber("燃气", "96777", "燃气集团官网"),
    )
    assert read_local_numbers("") == ()


@pytest.mark.parametrize("wrong", ["供水 96116", "供水", "供水 电话 官网", "供水 96116 官网; 燃气"])
def test_an_entry_that_lacks_a_part_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="a label, a number and a source"):
        read_local_numbers(wrong)
