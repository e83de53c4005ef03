"""Blue is a value and orange a derivative; besides these a parameter has one colour in every card."""

from app.plots.histories import MOST, parameter_color
from app.theme import appearance


def test_a_parameter_has_one_colour_in_both_cards(qapp):
    theme = appearance().theme
    values = [parameter_color(k, derivative=False) for k in range(MOST)]
    slopes = [parameter_color(k, derivative=True) for k in range(MOST)]
    assert values[1:] == slopes[1:]
    assert (values[0], slopes[0]) == (theme.series[0], theme.series[1])
    assert len(set(values)) == len(set(slopes)) == MOST
    assert theme.series[1] not in values
    assert theme.series[0] not in slopes
