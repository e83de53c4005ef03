<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="en">
<context>
    <name>Gradwire</name>
    <message>
        <location filename="app/panels/inspector_tables.py"/>
        <source>+ output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (overlays)"/>
        <source>A list of all that can be shown on wires and nodes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (replace_settings)"/>
        <source>A number or a text in the settings of all nodes, with every hit shown before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>A parameter that is not trained keeps its start value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>A quiet grid behind the nodes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_row.py"/>
        <source>A socket of the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (frame_selection)"/>
        <source>A titled frame behind the selected nodes, which moves with them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (about)"/>
        <source>About Gradwire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (actual_size)"/>
        <source>Actual size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Add a check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Add a check …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Add a dot here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_dot)"/>
        <source>Add a dot to the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_names.py"/>
        <source>Add a name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/socket_menu.py"/>
        <source>Add a node that fits…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_factors.py"/>
        <source>Add a parameter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/interface.py"/>
        <source>Add an input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/interface.py"/>
        <source>Add an output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_note)"/>
        <source>Add note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/quick_add.py"/>
        <source>Add operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_operator)"/>
        <source>Add operator…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Add option</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/compare_card.py"/>
        <source>Add these optimizers to the graph, each wired to the same loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Add to favourites</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Align</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_bottom)"/>
        <source>Align bottoms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_centre)"/>
        <source>Align centres</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_left)"/>
        <source>Align left edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_middle)"/>
        <source>Align middles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_right)"/>
        <source>Align right edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (align_top)"/>
        <source>Align tops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (commands)"/>
        <source>All commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_similar)"/>
        <source>All nodes here of the same operators as the selected ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_between)"/>
        <source>All nodes on the way from one selected node to another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_upstream)"/>
        <source>All nodes that feed the selected ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_downstream)"/>
        <source>All nodes that the selected ones feed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_linked)"/>
        <source>All nodes that wires join to the selected ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (view_cotangent)"/>
        <source>All numbers of the derivative</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (view_tensor)"/>
        <source>All numbers of the value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help_browser.py"/>
        <source>All operators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>All rows of the minibatch, or one of them alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>All settings back to their defaults, as one step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/changes/settings.py"/>
        <source>All settings have their defaults already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_choices.py"/>
        <source>All that reach the loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>All that run give the same gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>Answered before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (preferences)"/>
        <source>Appearance, canvas, running, shortcuts, plugins, files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Approach</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>Approaches compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>Argument</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Arrange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tidy)"/>
        <source>Arrange nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (arrange)"/>
        <source>Arrange panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_row.py"/>
        <source>As gradwire sweep --over takes it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/files.py"/>
        <source>At the start, instead of the start page; work that was not saved is offered there in any case.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/plots/card.py"/>
        <source>Axes, export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (back)"/>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_factors.py"/>
        <source>Back to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_row.py"/>
        <source>Back to the default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Benchmarks of the field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/bookmarks_card.py"/>
        <source>Bookmark this place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_bookmark)"/>
        <source>Bookmark this place…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/bookmarks_card.py"/>
        <source>Bookmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (bookmarks)"/>
        <source>Bookmarks…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_files.py"/>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/start_page.py"/>
        <source>Build and run a small graph, step by step: three minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tour)"/>
        <source>Build and run a small graph, step by step; it goes on where it was left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (find)"/>
        <source>By name, operator, setting, value, is:invalid, is:unused, in:body.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>By which way of differentiating the step is gone through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>CHECKS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Chance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_several.py"/>
        <source>Changed in some. Back to the default in all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/difference_card.py"/>
        <source>Changed on the disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (check_gradient)"/>
        <source>Check gradient of node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_files.py"/>
        <source>Choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/frame/working.py"/>
        <source>Choose an operator in the list on the left, which then is a favourite, or not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_chain.py"/>
        <source>Choose another path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (overlays)"/>
        <source>Choose overlays…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/curve.py"/>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Click it on the canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Click what is meant on the canvas; Escape gives up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (close)"/>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (leave_lesson)"/>
        <source>Close the lesson; what it hid is there again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (close)"/>
        <source>Close this document; its window stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/code.py"/>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_code)"/>
        <source>Code and tape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Collapse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (collapse)"/>
        <source>Collapse or expand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Colours of the whole window. All three are safe for colour-blind eyes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>Column of the Jacobian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>Commands and their keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/compare_card.py"/>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_compare)"/>
        <source>Compare approaches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (compare_optimizers)"/>
        <source>Compare optimizers…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Compare the gradient by each parameter with central differences and, where every operator is analytic, with the complex step. Exit code 1: one differs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (compare_with)"/>
        <source>Compare with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (compile_runs)"/>
        <source>Compile long runs (XLA)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Compute the gradient at the start values by every approach and compare: whether they agree, the time of the first gradient (differentiating and compiling included) and of those after it, the most memory in use, and how many equations run. What an approach cannot do is said in a sentence. Exit code 1: two differ.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>Compute the gradient by every approach, and time it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Control flow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Control flow and derivatives</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy)"/>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>Copy all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_jax)"/>
        <source>Copy as Python (JAX)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_numpy)"/>
        <source>Copy as Python (NumPy)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_picture)"/>
        <source>Copy as picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Copy from the outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/socket_menu.py"/>
        <source>Copy its path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Copy rows, a column or everything as text (Ctrl+C: the selected rows)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>Copy the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>Copy this sentence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>Crash report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Curves through data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (cut)"/>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (theme_dark)"/>
        <source>Dark theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Data sets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (delete)"/>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (delete_reconnect)"/>
        <source>Delete and reconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (delete_reconnect)"/>
        <source>Delete the selected nodes and lead the wires through them on to what they fed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Delete with its nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_cotangents)"/>
        <source>Derivatives on wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>Differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>Difficulty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/start_page.py"/>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/notice.py"/>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (distribute_across)"/>
        <source>Distribute across</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (distribute_down)"/>
        <source>Distribute down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Do one step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/frame/tab_strip.py"/>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Dots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_norms)"/>
        <source>Draw the derivatives of all wires by the size of the gradient: thick and bright is large.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>Draw two other random directions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/curve.py"/>
        <source>Draw with the mouse, or move points with the arrow keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (duplicate)"/>
        <source>Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (duplicate_wired)"/>
        <source>Duplicate with wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Dynamics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (edit_interface)"/>
        <source>Edit inputs and outputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Edit text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (edit_lesson)"/>
        <source>Edit the lesson…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Edit title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Elementwise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/differences.py"/>
        <source>Elsewhere on the canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>End</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>End comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>End the run where it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/plots/card.py"/>
        <source>Enlarge or put back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (distribute_across)"/>
        <source>Equal gaps from left to right; the outermost stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (distribute_down)"/>
        <source>Equal gaps from top to bottom; the outermost stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Every node, wire, value and derivative. Arrow keys go through the rows, Return goes to one on the canvas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Everything grows with it: texts, nodes, plots. For projectors 150 % or more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (present)"/>
        <source>Everything larger, no panels, keys and clicks named on the screen; Page Down and Page Up step, Esc leaves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Everything shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Example of the minibatch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Expand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (explode)"/>
        <source>Explode Python node to nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Explode to nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_answers)"/>
        <source>Export a handout with answers…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_handout)"/>
        <source>Export a handout…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_step)"/>
        <source>Export a step as GIF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_training)"/>
        <source>Export a training as GIF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_picture)"/>
        <source>Export as picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_selection)"/>
        <source>Export selection as picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>F8 next, Shift+F8 previous, Home shows all, Escape closes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (favourite)"/>
        <source>Favourite operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>Fewer settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>Fill in every derivative, from the loss back to the parameters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Filter the outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Filter: tanh, wire, is:invalid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (replace_settings)"/>
        <source>Find and replace in settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>Find any command, operator or node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (find_next)"/>
        <source>Find next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (find)"/>
        <source>Find nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (find_operator)"/>
        <source>Find operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (find_previous)"/>
        <source>Find previous</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>Finish</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>First iteration shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>First steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (fit)"/>
        <source>Fit graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (fit_selection)"/>
        <source>Fit selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Fit to what it carries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (restart_lesson)"/>
        <source>Forget all answers; the graph is as the lesson has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (forget_values)"/>
        <source>Forget kept values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Forget the run: back to the start values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (forward)"/>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (frame_selection)"/>
        <source>Frame around selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Freeze</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (to_target)"/>
        <source>From the selected wire, the socket under the pointer or the selected node to the node it feeds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (to_source)"/>
        <source>From the selected wire, the socket under the pointer or the selected node to the node that feeds it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (full_screen)"/>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (unique_subgraph)"/>
        <source>Give the selected call a function of its own: a copy that changes alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (move_to_window)"/>
        <source>Give this document a window of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_bookmark)"/>
        <source>Give what the canvas shows a name, to come back to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/following.py"/>
        <source>Go to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (bookmarks)"/>
        <source>Go to a bookmark, rename it, give it a digit, or take it away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (go_to_bookmark)"/>
        <source>Go to bookmark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (focus_canvas)"/>
        <source>Go to the canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (focus_inspector)"/>
        <source>Go to the inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (start_lesson)"/>
        <source>Go to the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>Go to the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/socket_menu.py"/>
        <source>Go to the other end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_chain.py"/>
        <source>Go to this node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Go to where it ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Go to where it starts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_norms)"/>
        <source>Gradient norms as thickness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/start_page.py"/>
        <source>Gradwire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/view.py"/>
        <source>Graph canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/reading.py"/>
        <source>Graph, to look at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tour)"/>
        <source>Guided tour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (operator_help)"/>
        <source>Help on operators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help_browser.py"/>
        <source>Help page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (theme_contrast)"/>
        <source>High-contrast theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>Hint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_history)"/>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>How fast a run goes, so that it can be watched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/transport.py"/>
        <source>How fast micro-steps are played</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>How many seeds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>How much of a moving average is what was before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help_browser.py"/>
        <source>Insert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/compare_card.py"/>
        <source>Insert as nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/drops.py"/>
        <source>Insert its nodes here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Insert operator…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_inspector)"/>
        <source>Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_inverse)"/>
        <source>Invert selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>It is done for you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (keep_subgraph)"/>
        <source>Keep in my library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (keep_subgraph)"/>
        <source>Keep the selected subgraph in your library: the palette then offers it in every graph.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (keep_values)"/>
        <source>Keep these values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (keys)"/>
        <source>Keyboard and mouse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>Keys and what they do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Kind of question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>LESSON EDITOR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (larger)"/>
        <source>Larger text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (wire_row)"/>
        <source>Lead a wire from each selected node to the next, in the order in which they were chosen. With J held, the pointer draws through nodes instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (leave_body)"/>
        <source>Leave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (leave_lesson)"/>
        <source>Leave the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_leave)"/>
        <source>Leave the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Leave the step: wires show what they showed before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>Leave the tour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Leave this body</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Lesson editor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (breakpoint)"/>
        <source>Let playing stop at the selected nodes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_muted.py"/>
        <source>Let the node work again (M on the canvas)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (swap_inputs)"/>
        <source>Let two inputs of the current node exchange what feeds them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (theme_light)"/>
        <source>Light theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Linear algebra</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>List the installed plugins: version, whether they are on, off or broken, and why. Exit code 1: one is broken. A plugin that is off is never imported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_partials)"/>
        <source>Local partials on wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (long_tags)"/>
        <source>Long wires as tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_landscape)"/>
        <source>Loss landscape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/contour_card.py"/>
        <source>Loss landscape: arrow keys move a cross, Enter starts there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/surface_card.py"/>
        <source>Loss surface: arrow keys turn it, plus and minus change its size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Losses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_card.py"/>
        <source>Losses of all runs: a click pins the values at a step, Delete takes the pins off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/results.py"/>
        <source>Losses of the optimizers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>MIT licence. Data sets and fonts: see assets/SOURCES.md.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (edit_lesson)"/>
        <source>Make a lesson of this graph, or change the one it has: steps, questions, checks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (make_subgraph)"/>
        <source>Make subgraph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (favourite)"/>
        <source>Make the operator chosen in the list a favourite, or no longer; the star in its row does the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (preview_size)"/>
        <source>Make the selected nodes' previews larger; after the largest comes the smallest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (unique_subgraph)"/>
        <source>Make unique</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (watch_training)"/>
        <source>Mark nodes where training goes wrong, with the rule.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/inline.py"/>
        <source>Markdown: **bold**, *italic*, - lists</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Markdown: **bold**, *italic*, - lists; formulas between $</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_profile)"/>
        <source>Measure one step node by node: time, memory and calls; the hottest nodes are tinted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>Mend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>Mend the chosen problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>Menu (F10)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/compare_card.py"/>
        <source>Methods</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Methods and their limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/transport.py"/>
        <source>Micro-step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/table.py"/>
        <source>Micro-steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/minimap.py"/>
        <source>Minimap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>More</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector.py"/>
        <source>More about it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>More about this lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>More settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (straighten)"/>
        <source>Move the selected nodes up or down so that the wires between them are level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (move_to_window)"/>
        <source>Move to new window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Mute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (mute)"/>
        <source>Mute or unmute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>My library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/inline.py"/>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/bookmarks_card.py"/>
        <source>Name of what is shown now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Neural</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (new)"/>
        <source>New</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/frame/tab_strip.py"/>
        <source>New graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>New keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (next_area)"/>
        <source>Next area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (next_tab)"/>
        <source>Next document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>Next exercise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (next_problem)"/>
        <source>Next problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (preview_size)"/>
        <source>Next size of preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>No problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>No socket fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>No values run along wires, and nothing glows or slides.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/differences.py"/>
        <source>Nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Nodes are marked where training goes wrong: derivatives vanish or explode, units are dead, steps too large.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (pushing)"/>
        <source>Nodes make room for what is dropped upon them. Alt held: not now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (normal_size)"/>
        <source>Normal text size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/inline.py"/>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/differences.py"/>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_operator)"/>
        <source>Offer the operators, and put the chosen one where the pointer is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>One moment …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step)"/>
        <source>One step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Only the selected node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (open_body)"/>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (open)"/>
        <source>Open a .dgraph file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (view_cotangent)"/>
        <source>Open a window with all numbers of the derivative of the loss by what the selected node gives.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (view_tensor)"/>
        <source>Open a window with all numbers of what the selected node gives.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help_browser.py"/>
        <source>Open example</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>Open folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (open_recent)"/>
        <source>Open recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/drops.py"/>
        <source>Open the graph inside the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/files.py"/>
        <source>Open the tabs of last time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (open)"/>
        <source>Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_palette)"/>
        <source>Operators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help_browser.py"/>
        <source>Operators — Gradwire help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Optimizer step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Optimizers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (other_body)"/>
        <source>Other body of the same node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>Other directions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (other_view)"/>
        <source>Other view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_outline)"/>
        <source>Outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Outline of the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>PRACTICE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Pace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/transport.py"/>
        <source>Pace of playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Pace of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (mute)"/>
        <source>Pass the selected nodes by: each passes on the first input that fits. On the canvas also M.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (paste)"/>
        <source>Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Physics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Pick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (pin_preview)"/>
        <source>Pin a preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>Plane</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_play)"/>
        <source>Play the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_plots)"/>
        <source>Plots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Plugins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>Practice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (practise)"/>
        <source>Practice the chain rule…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (preferences)"/>
        <source>Preferences…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (present)"/>
        <source>Presenter mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/presenting/presenting.py"/>
        <source>Presenting: Page Down and Page Up step, Esc leaves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>Press the keys that shall give the command. Escape gives up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>Press the new keys · Esc gives up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/pinning.py"/>
        <source>Preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>Previous</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (previous_area)"/>
        <source>Previous area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (previous_tab)"/>
        <source>Previous document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Probability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Probe this value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_problems)"/>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_profile)"/>
        <source>Profile a step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Progress of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (pushing)"/>
        <source>Push neighbours away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (add_dot)"/>
        <source>Put a dot into the middle of the selected wires, by which they can be led elsewhere. A double click on a wire puts one where the pointer is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_picture)"/>
        <source>Put a picture of the selection, or of the whole graph, on the clipboard; the graph is inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (replace_operator)"/>
        <source>Put another operator in the place of the selected nodes; wires and settings that fit are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (restore_panels)"/>
        <source>Put panels back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_jax)"/>
        <source>Put the loss and its gradients on the clipboard as a JAX script that runs without Gradwire.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (copy_numpy)"/>
        <source>Put the loss and its gradients on the clipboard as a script that runs without Gradwire.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (unpack_subgraph)"/>
        <source>Put the nodes of its function in the place of the selected call. Where others call it, it stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (make_subgraph)"/>
        <source>Put the selected nodes into a function, with a call in their place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tidy)"/>
        <source>Put the selected nodes, or all, in order from left to right along their wires.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_code.py"/>
        <source>Python code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>QUESTION</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Quantum circuits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (quit)"/>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Random</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/drops.py"/>
        <source>Read it as a picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Record the next optimizer step, where the run stands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_through)"/>
        <source>Record the next step, and go through it forward and back: each value, each derivative, each update.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/start_page.py"/>
        <source>Recover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (redo)"/>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (reduced_motion)"/>
        <source>Reduced motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Reductions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Remove from favourites</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (remove_lesson)"/>
        <source>Remove the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_library)"/>
        <source>Rename and remove the subgraphs of your library.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (rename)"/>
        <source>Rename node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/replace_card.py"/>
        <source>Replace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (replace_operator)"/>
        <source>Replace selected with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (explode)"/>
        <source>Replace the selected Python node by the nodes that compute the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/node_editing_menu.py"/>
        <source>Replace with operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/node_editing_menu.py"/>
        <source>Replace with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Reply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (reset)"/>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>Reset all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (reset_settings)"/>
        <source>Reset all settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (restart_lesson)"/>
        <source>Restart the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>Restart, save the answers, leave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (reset_settings)"/>
        <source>Return all settings of the selected nodes to their defaults.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>Row of the Jacobian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Run controls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Run from seeds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (run)"/>
        <source>Run or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>Run several methods side by side, from the same start and with the same seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (compare_optimizers)"/>
        <source>Run several methods side by side: same start, same seed, in step; the document stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Run the graph from as many seeds, one after the other, beside the document's run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_runs)"/>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (save)"/>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (save_answers)"/>
        <source>Save answers…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (save_as)"/>
        <source>Save as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/difference_card.py"/>
        <source>Saving now would undo that. What would change in the file:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>Search by name or keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/commands.py"/>
        <source>Search commands, operators and nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Search operators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>Search or command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/shortcuts.py"/>
        <source>Search shortcuts by name or keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Sections of the preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Select</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_all)"/>
        <source>Select all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_downstream)"/>
        <source>Select downstream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_linked)"/>
        <source>Select linked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_none)"/>
        <source>Select nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_between)"/>
        <source>Select path between</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_similar)"/>
        <source>Select similar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/node_editing_menu.py"/>
        <source>Select the nodes that shall become another operator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (select_upstream)"/>
        <source>Select upstream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Select what it carries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Selected rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector.py"/>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/node_editing_menu.py"/>
        <source>Settings as sockets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_several.py"/>
        <source>Settings in common</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/replace_card.py"/>
        <source>Settings that hold it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_shapes)"/>
        <source>Shapes on wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/curve.py"/>
        <source>Sheet to draw the curve on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>Shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (long_tags)"/>
        <source>Show every wire that runs far as a named tag at each end. The file stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/plots/card.py"/>
        <source>Show everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>Show me where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_library)"/>
        <source>Show my library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Show only the micro-steps of the selected node in the table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>Show the answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (leave_body)"/>
        <source>Show the body around this one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (split_view)"/>
        <source>Show the document twice, side by side, each view with its own place and body.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (edit_interface)"/>
        <source>Show the function in the inspector: its inputs and outputs, their names, order, defaults and meanings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (start_lesson)"/>
        <source>Show the lesson of this document, and give the keyboard to what its step asks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (arrange)"/>
        <source>Show the panels' title bars, to drag them elsewhere or out of the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (back)"/>
        <source>Show the place, and the body, that the canvas showed before the last jump.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (collapse)"/>
        <source>Show the selected nodes as pills, or in full again. On the canvas also H.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tag_wires)"/>
        <source>Show the selected wires, or those that leave the selected nodes, as a named tag at each end; a click on a tag goes to the other end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (compare_with)"/>
        <source>Show this document beside another file, with what was added, removed and changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (open_body)"/>
        <source>Show what lies inside the selected node; of a Call, its function.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (pin_preview)"/>
        <source>Show what the selected nodes give on the nodes themselves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (save_answers)"/>
        <source>Show what was answered so far, and save it as the file to hand in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Signals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>Skip this step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (practise)"/>
        <source>Small graphs, made for it: fill in the derivative on every wire, and see which step was wrong.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (smaller)"/>
        <source>Smaller text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (snapping)"/>
        <source>Snap while dragging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/practising.py"/>
        <source>So it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>Stage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>Start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (start_page)"/>
        <source>Start page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (new)"/>
        <source>Start with an empty canvas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/source.py"/>
        <source>Starts from the place that was clicked. Undo takes it back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_back)"/>
        <source>Step back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_forward)"/>
        <source>Step forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_through)"/>
        <source>Step through an optimizer step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (panel_steps)"/>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Steps of the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (stop)"/>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Stop playing at it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (breakpoint)"/>
        <source>Stop playing here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (straighten)"/>
        <source>Straighten wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Subgraph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/library_card.py"/>
        <source>Subgraphs of your library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>Swap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (swap_inputs)"/>
        <source>Swap inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>THE END</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>THE WHOLE LESSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (remove_dots)"/>
        <source>Take dots out of the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Take the dots out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (next_area)"/>
        <source>Take the keyboard to the next panel, from the canvas too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (previous_area)"/>
        <source>Take the keyboard to the panel before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (remove_lesson)"/>
        <source>Take the lesson out of the document; the graph stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/compare_window.py"/>
        <source>Take the second for the first, and the other way round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Take the selected runs out of the table (all, where none is selected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Take wire away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Tell what was removed (-), added (+) and changed (~) from A to B. Nodes are matched by id and, where ids differ, by operator, name and wires. Exit code 0: they are the same, 1: they differ.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/gallery.py"/>
        <source>Telling classes apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Templates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Text size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>That is all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>That is how it goes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>The approach: how derivatives are computed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>The backend: how the program is run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (duplicate_wired)"/>
        <source>The copies are fed by what feeds the originals.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/library_card.py"/>
        <source>The file stays in the folder, with ~1 after its name. Graphs that use it keep their copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>The gradients differ: see the column Gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/problems.py"/>
        <source>The graph is ready to run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>The graph was edited since this run started: reset or run again to train it as it is now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_answers)"/>
        <source>The handout of a lesson as a teacher has it, with answers and hints.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plugins.py"/>
        <source>The list of what is switched off is damaged, so that all plugins are off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>The micro-step whole</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/interface.py"/>
        <source>The number it takes while nothing is wired into it. Empty: it needs a wire.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/crumbs.py"/>
        <source>The other body of the same node (Alt+O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (operator_help)"/>
        <source>The page of the selected node's operator, or of the one chosen in the palette.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>The right number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>The step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>The whole graph in a corner while only a part of it is seen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/minimap.py"/>
        <source>The whole graph, and the part of it that is seen. Press to go elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/library_card.py"/>
        <source>There is no folder for it here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/presenting/presenting.py"/>
        <source>There is nothing to step through: no lesson, and no bookmarks (Ctrl+B makes one).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/series.py"/>
        <source>These nodes are wired one after the other already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arranging.py"/>
        <source>They are in line already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_several.py"/>
        <source>They have no setting in common.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>This graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Title bars on panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>To drag panels elsewhere, or out of the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_end)"/>
        <source>To the end of the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (snapping)"/>
        <source>To the grid, and into line with neighbours. Alt held: not now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (step_start)"/>
        <source>To the start of the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (to_source)"/>
        <source>To where the wire comes from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (to_target)"/>
        <source>To where the wire leads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Train the graph at every combination of values. Runs that differ in numeric settings and seeds alone are one compiled program, spread over the devices; each value of a structural setting has a program of its own. Every run begins from the start values. Exit code 1: a run met a value that is not finite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Train the graph. A run goes on from the values kept in the file, if it has some. The loss and the gradients printed are those at the parameters printed. Exit code 1: it met a value that is not finite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_form.py"/>
        <source>Trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>Try it from here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (split_view)"/>
        <source>Two views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (undo)"/>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arrange_menu.py"/>
        <source>Unmute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/subgraph_menu.py"/>
        <source>Unpack</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (unpack_subgraph)"/>
        <source>Unpack call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/frame/documents.py"/>
        <source>Unsaved work from an earlier session was found: the start page offers it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/inline.py"/>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/plots/views/table.py"/>
        <source>Values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_sockets)"/>
        <source>Values and shapes at sockets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_values)"/>
        <source>Values on wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/palette.py"/>
        <source>Views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (watch_training)"/>
        <source>Watch training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Watchable lets a run that would be over in a blink last two seconds, so that it can be seen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/help.py"/>
        <source>What is new in this version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/arranging.py"/>
        <source>What is selected has nothing to pass on: it cannot be muted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_several.py"/>
        <source>What is set here is set in all of them, as one step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/difference_card.py"/>
        <source>What saving would change in the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/compare.py"/>
        <source>What the approach leaves behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/table.py"/>
        <source>What the approach writes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/pointing.py"/>
        <source>What the step points at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/panel.py"/>
        <source>What the step says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>What the tour speaks of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/commands.py"/>
        <source>What was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (news)"/>
        <source>What's new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/plain.py"/>
        <source>Where JAX is installed, a run goes over to its compiled form once that is ready in the background.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/fields.py"/>
        <source>Where the right answer comes from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/pointing.py"/>
        <source>Where the step points to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/crumbs.py"/>
        <source>Where you are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/controls.py"/>
        <source>Which number of the parameter, row by row, from 0 on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>Which step of the run: an earlier one is reached by running there again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>Whose values the wires show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (wire_row)"/>
        <source>Wire nodes in a row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/start_page.py"/>
        <source>Wire operators into a graph, see every value and every derivative, and let an optimizer run it downhill.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/menus.py"/>
        <source>Wire to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions/__init__.py"/>
        <source>Wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (tag_wires)"/>
        <source>Wires as tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/twin/panel.py"/>
        <source>Words that a row has to say, or a search as in the find bar.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Write a desktop entry, the type of .dgraph files, and icons into your own data folder (XDG_DATA_HOME, ~/.local/share), and tell the desktop. Nothing is written elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>Write a handout of A4 pages. Of a lesson the values and derivatives are left blank, to be filled in, unless the answers are asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_training)"/>
        <source>Write a training as an animated picture: the graph with its values, and the loss.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_partials)"/>
        <source>Write at the end of every wire what the node does to a small change there: ∂ as a symbol and a number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (show_sockets)"/>
        <source>Write beside every output what it carries.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_handout)"/>
        <source>Write graph, formulas, values, derivatives and a lesson's questions as a PDF to print.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_step)"/>
        <source>Write the next optimizer step, forward and back, node by node, as an animated picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (keep_values)"/>
        <source>Write the run's parameters into the document, as one step that can be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_selection)"/>
        <source>Write the selected nodes and notes as PNG, SVG or PDF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>Write the table as CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (export_picture)"/>
        <source>Write the whole graph as PNG, SVG or PDF. The PNG carries the graph: opened here, it is the graph again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/frame/working.py"/>
        <source>Writing the script …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/tour/coach.py"/>
        <source>You added a node, wired it, ran the graph and read a derivative. The start page has samples from a line to a GAN, and the page of commands finds everything else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>Your name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>Your name, for the file that you hand in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (zoom_in)"/>
        <source>Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/actions (zoom_out)"/>
        <source>Zoom out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_row.py"/>
        <source>a socket of the node; this counts while nothing is wired into it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/panel.py"/>
        <source>all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>compare the gradients with central differences and the complex step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>derivatives</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/run_bar.py"/>
        <source>edited since</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>grid dots minimap overview panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>keys keyboard bind rebind hotkeys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>let the desktop open .dgraph files with Gradwire: menu entry, file type, icon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>list the packages that bring operators, or switch one on or off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>make the class table of a lesson from the files of answers that learners handed in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_choices.py"/>
        <source>mixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_several.py"/>
        <source>mixed: set one for all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/editor.py"/>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/lessons/the_end.py"/>
        <source>not done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_tables.py"/>
        <source>numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/runs_panel.py"/>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_tables.py"/>
        <source>outputs of the table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>pace speed xla compile backend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>packages operators extensions add-ons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>print nodes, wires, shapes, parameters and problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>print the loss and its gradient by every parameter at the start values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>print the operator library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>recent association mime folder settings place reopen tabs last session start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>render the real window, offscreen, to a picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/stepping/whole.py"/>
        <source>row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>run every way of differentiating side by side: agreement, time, memory, equations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/landscape/compare_card.py"/>
        <source>searched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/plots/views/image_grid.py"/>
        <source>taken for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/canvas/find_bar.py"/>
        <source>tanh, is:invalid, steps&gt;100</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/preferences/page.py"/>
        <source>theme dark light contrast text size font motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>train the graph and print loss, parameters and gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>train the graph at many values of its settings, and from many seeds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/top_bar.py"/>
        <source>values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>what differs between two graphs: nodes, settings, wires, notes, kept values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>write a page for every operator: Markdown, formulas, example graphs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>write one optimizer step as a page that replays it in a browser: forward, back, update</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>write one optimizer step, or a training, as an animated GIF</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>write the graph, its formulas, values and derivatives, plots and questions as a PDF to print</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/cli_options.py"/>
        <source>write the loss and its gradients as a script that runs without Gradwire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="app/panels/inspector_tables.py"/>
        <source>− output</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
