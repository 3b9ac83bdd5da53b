"""The authority: the app, its routes, sign-in, push, pull, feed, live hints and jobs."""
