"""What a person does to many things at once, as single undo steps: settings of many nodes, other operators, sockets."""
