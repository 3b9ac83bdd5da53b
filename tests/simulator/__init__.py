"""The deterministic simulator: the real desks and the real authority on a simulated clock, network and disk.

``python -m tests.simulator --schedules N --seed S`` plays N schedules from seed S on. A schedule is 40 commands and more,
given by people at 2 to 50 terminals of two sites, with ten faults and more between them; then everything heals, and what
must hold is checked (invariants.py) against a serial oracle (oracle.py). Everything follows from the seed, so a failure
replays exactly, and is made as small as it can be (shrink.py).

Besides commands and faults there is what makes sync hard without being a fault: stock set aside for terminals, sold from
offline, called back, run out, revoked (leases.py); sites gained and lost with work pending; empty caches that take over
an image while the server goes on; pulls that are settled on a copy because somebody needs the writer; files that are
copied and worked with on both sides. The tally says how often each came about.

| file | simulates |
| --- | --- |
| clock.py | time, and the terminals' wrong ideas of it |
| network.py | the way between a terminal and the server |
| disk.py | databases that lose, refuse and break off |
| shelf.py | the folders of terminals, with the real files of a first sync beside databases in memory |
| terminal.py, person.py | a desk with its engine, and who works at it |
| authority.py, server_database.py | the server's push and pull, without HTTP and threads |
| schedule.py, faults.py | what happens, and what goes wrong, as data |
| stage.py | the small warehouse that every schedule begins with |
| world.py | plays a schedule |
| history.py, rows.py, leases.py, promises.py, oracle.py, invariants.py | what must be |
| run.py, shrink.py, tally.py, __main__.py | one seed, the smallest failure, many seeds |
| planted.py, planted_leases.py, holding.py | faults in the product that must be noticed, and within how many schedules |
"""
