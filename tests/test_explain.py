"""`jaxlint explain`, and the pages that it reads."""

from __future__ import annotations

import pytest
from outcome import Run

from jaxlint.codes import known_codes
from jaxlint.rulepages import RulePage, markdown, rule_page
from jaxlint.rules.registry import all_rules


@pytest.mark.parametrize("code", list(all_rules()))
def test_every_rule_is_explained_with_both_examples(code: str, run: Run) -> None:
    rule, page = all_rules()[code], rule_page(code)
    assert page is not None
    outcome = run("explain", code.lower())
    assert outcome.status == 0
    assert outcome.out.startswith(f"# {code} {rule.name}\n\n{rule.summary}\n\n- Hazard: ")
    assert rule.hazards[0].value in outcome.out
    assert page.good.strip() in outcome.out
    bad = outcome.out[outcome.out.index(page.bad.splitlines()[0]) :]
    assert bad.split(f"# {code}")[0].strip() in page.bad
    assert "{" + "literalinclude}" not in outcome.out
    assert "\0" not in outcome.out


def test_the_codes_of_no_rule_are_explained_too(run: Run) -> None:
    for code in set(known_codes()) - set(all_rules()):
        outcome = run("explain", code)
        assert outcome.status == 0
        assert outcome.out.startswith(f"# {code} ")


PAGE = """\
---
myst: true
---
(JAX999)=
# JAX999 title

Text with {ref}`a link <JAX101>`, {py:func}`jax.jit`, [JAX101](../JAX101/index.md) and
[a site](https://example.org/x).

```{literalinclude} bad.py
:language: python
```

:::{note}
Take care.
:::

## Measured

```{hazards} param-create
```

## Last

```text
error text
```
"""


def test_a_page_becomes_plain_markdown() -> None:
    page = RulePage(PAGE, "x = 1\n\n\ny = 2  # JAX999: 1-2 leak\n", "z = 3\n")
    assert markdown(page) == (
        "# JAX999 title\n\n"
        "Text with a link, jax.jit, JAX101 and\n[a site](https://example.org/x).\n\n"
        "```python\nx = 1\n\n\ny = 2  # JAX999\n```\n\n"
        "**Note**: Take care.\n\n"
        "## Last\n\n```text\nerror text\n```\n\n"
        "## What works\n\n```python\nz = 3\n```\n"
    )


def test_no_page() -> None:
    assert rule_page("JAX998") is None
