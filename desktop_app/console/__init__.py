"""The subcommands of `holdfast`, a module each; only those that open a window import Qt."""
