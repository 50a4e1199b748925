"""A run of the chaos suite and its folder."""

import pytest
from run import alone_in


def test_a_second_run_keeps_off_the_folder_of_the_first(tmp_path):
    folder = tmp_path / "out"
    with alone_in(folder), pytest.raises(SystemExit, match="another run"), alone_in(folder):
        pass
    with alone_in(folder):
        pass
