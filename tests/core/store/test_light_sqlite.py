import subprocess
import sys

CODE = """
import sys
import core.store.project
print("pandas" in sys.modules)
import pandas
print(pandas.DataFrame({"a": [1]}).a[0])
"""


def test_a_project_needs_no_pandas_and_hides_it_from_nobody():
    told = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "1"]
