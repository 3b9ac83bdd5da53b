"""Faults on real processes: desks and a server that are killed, stopped, starved and cut off, with all of it compared.

Every test here has desks without a screen in processes of their own (desk_child.py: local_db.Desk with its sync, as the
program has it), a server as the product serves it in another (server_child.py), SQLite files on a disk, and from each desk
a cable of its own to the server (tests/helpers/tcp_proxy.py). Each runs on SQLite and on PostgreSQL. At the end
(``Scene.agree``, compare.py) the databases themselves are compared, past the programs that wrote them: every command that
somebody was told is kept has its one outcome, every receipt was booked once, each desk has the server's outcomes and told
somebody of all that were not simply applied, and its rows are those of the server, table by table.

| fault | test |
| --- | --- |
| a cable that is cut, stalls, halves answers, is reset | test_bad_cable.py |
| SIGKILL of a desk at work, and of one whose answer is on its way | test_killed_and_stopped.py |
| SIGKILL of a server while desks drain | test_killed_and_stopped.py |
| SIGSTOP of a server, of a desk | test_killed_and_stopped.py |
| a second launch of the same profile, by the sync's side and by the window's | test_killed_and_stopped.py |
| a full disk, one that takes no writing, one that fails under a desk's hands, under the server's | test_disks.py |
| a desk's files that were copied (`forked`) | test_copied_and_restored.py |
| a server restored from a backup (`epoch_changed`), refilled from what the desks retain | test_copied_and_restored.py |
| 10,000 pending commands across a change of schema; a server that is upgraded while desks wait | test_upgrades.py |
| a site that is lost in the middle of a drain | test_in_the_middle_of_a_drain.py |
| commands on which the server fails, at several places of a queue | test_in_the_middle_of_a_drain.py |
| 60 desks that come back at once (500: the benchmark `reconnect`) | test_crowd.py |

test_compare.py shows that the comparison finds what it is there for. That a desk dies at each step around its two commits is
in tests/local_db/test_crash.py, and while it takes over an image in tests/local_db/test_snapshot.py; a database that goes
away under the server in tests/server/test_database_gone.py; what the badge says of a bad cable in
tests/sync/test_noticing_on_tcp.py.
"""
