"""dbt's contexts made at less cost: for each model and test it makes several, each with all of its 600 macros.

Nothing in them is another: the same macros under the same names (`tests/dbt/test_dbt_contexts.py` compares with dbt's
own). Together with tables of nothing, for which dbt prepares to read dates in words, it is a tenth of a build.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import agate
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt.contracts.graph.nodes import Macro


def make_contexts_lighter() -> None:
    """Let dbt make its contexts as below, in this process."""
    from dbt.context.macros import MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt_common.clients import agate_helper

    MacroNamespaceBuilder.build_namespace = namespace_of  # pyrefly: ignore[bad-assignment]
    ManifestContext.to_dict = context_with_macros  # pyrefly: ignore[bad-assignment]
    agate_helper.empty_table = _empty_table


def namespace_of(
    builder: MacroNamespaceBuilder, macros_by_package: Mapping[str, Mapping[str, Macro]], context: dict[str, Any]
) -> MacroNamespace:
    """As `MacroNamespaceBuilder.build_namespace`, without looking for macros of one name in one package.

    dbt has refused them when it parsed the project.
    """
    from dbt.context.macros import MacroNamespace

    made = {package: _generators(builder, macros, context) for package, macros in macros_by_package.items()}
    of_dbt: dict[str, MacroGenerator] = {}
    for package in reversed(builder.internal_package_names_order):
        of_dbt |= made.get(package, {})
    ours = {package: own for package, own in made.items() if package not in builder.internal_package_names}
    local = ours.get(builder.search_package, {})
    root = ours.get(builder.root_package, {}) if builder.root_package != builder.search_package else {}
    return MacroNamespace(root, local, of_dbt, ours)


def _generators(
    builder: MacroNamespaceBuilder, macros: Mapping[str, Macro], context: dict[str, Any]
) -> dict[str, MacroGenerator]:
    """What calls each macro; their initialisers, one of which calls the other, are half of the time."""
    from dbt.clients.jinja import MacroGenerator

    node, stack = builder.node, builder.thread_ctx
    made = {}
    for name, macro in macros.items():
        made[name] = generator = MacroGenerator.__new__(MacroGenerator)
        generator.__dict__ = {"context": context, "macro": macro, "node": node, "stack": stack}
    return made


def context_with_macros(context: ManifestContext) -> dict[str, Any]:
    """As `ManifestContext.to_dict`: the macros by whole packages, from the last that is searched to the first."""
    from dbt.context.macro_resolver import TestMacroNamespace
    from dbt.context.manifest import ManifestContext

    members = super(ManifestContext, context).to_dict()
    namespace = context.namespace
    if isinstance(namespace, TestMacroNamespace):
        members.update(namespace.local_namespace)
        members.update(namespace.project_namespace)
        return members
    for searched in reversed([*namespace._search_order()]):
        members.update(searched)
    return members


def _empty_table() -> agate.Table:
    import agate

    return agate.Table([], [], [])
