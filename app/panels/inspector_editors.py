"""Editors of settings, one small widget per kind of declaration; EDITORS is the table from declaration to widget.

An editor shows a value (`show_value`), tells every change a person makes (`edited`), and the end of a gesture
(`sealed`), so that a dragged slider is one undo step. It never changes the document: who made it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.panels.inspector_choices import ChoiceEditor, ParametersEditor, ToggleEditor
from app.panels.inspector_code import CodeEditor
from app.panels.inspector_factors import FactorsEditor
from app.panels.inspector_fields import Editor
from app.panels.inspector_files import DATA_SUFFIXES, FileEditor, escapes
from app.panels.inspector_lines import AxisEditor, DimensionsEditor, LongTextEditor, TextEditor, WordsEditor
from app.panels.inspector_numbers import IntegerEditor, NumberEditor, SliderEditor
from app.panels.inspector_surroundings import Surroundings
from app.panels.inspector_tables import ArrayEditor, ColumnsEditor
from engine import setting

__all__ = ["DATA_SUFFIXES", "EDITORS", "FileEditor", "Surroundings", "editor_for", "escapes"]


class _Array(ArrayEditor):
    def __init__(self, spec: setting.Array, surroundings: Surroundings) -> None:
        super().__init__(spec)


class _Columns(ColumnsEditor):
    def __init__(self, spec: setting.Columns, surroundings: Surroundings) -> None:
        super().__init__(spec)


def _factors(spec: setting.Factors, surroundings: Surroundings) -> Editor:
    return FactorsEditor(spec, surroundings.parameters)


EDITORS: Mapping[type[setting.Setting], Callable[[Any, Surroundings], Editor]] = {
    setting.Number: NumberEditor,
    setting.Slider: SliderEditor,
    setting.Integer: IntegerEditor,
    setting.Toggle: ToggleEditor,
    setting.Choice: ChoiceEditor,
    setting.Text: TextEditor,
    setting.Code: CodeEditor,
    setting.Reference: TextEditor,
    setting.File: FileEditor,
    setting.Array: _Array,
    setting.Dimensions: DimensionsEditor,
    setting.Axis: AxisEditor,
    setting.Names: WordsEditor,
    setting.Columns: _Columns,
    setting.Factors: _factors,
}
"""Which editor shows which kind of declaration."""


def editor_for(spec: setting.Setting, surroundings: Surroundings) -> Editor:
    """Return the editor of a declared setting."""
    match spec:
        case setting.Text(multiline=True) if not isinstance(spec, setting.Code):
            return LongTextEditor(spec, surroundings)
        case setting.Names(of="parameter"):
            return ParametersEditor(spec, surroundings)
        case setting.Slider() if spec.low is None or spec.high is None:
            return NumberEditor(spec, surroundings)
    return EDITORS[type(spec)](spec, surroundings)
