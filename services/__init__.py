"""What a terminal and the server have in common: rules, commands, storage, sync and the authority. Imports no Qt."""
