"""The deterministic simulator: the real desks and the real authority on a simulated clock, network and disk.

``python -m tests.simulator --schedules N --seed S`` plays N schedules from seed S on. A schedule is 40 commands and more,
given by people at 2 to 50 terminals, with ten faults and more between them; then everything heals, and what must hold
is checked (invariants.py) against a serial oracle (oracle.py). Everything follows from the seed, so a failure replays
exactly, and is made as small as it can be (shrink.py).

| file | simulates |
| --- | --- |
| clock.py | time, and the terminals' wrong ideas of it |
| network.py | the way between a terminal and the server |
| disk.py | databases that lose, refuse and break off |
| terminal.py, person.py | a desk with its engine, and who works at it |
| authority.py, server_database.py | the server's push and pull, without HTTP and threads |
| schedule.py, faults.py | what happens, and what goes wrong, as data |
| stage.py | the small warehouse that every schedule begins with |
| world.py | plays a schedule |
| history.py, rows.py, oracle.py, invariants.py | what must be |
| run.py, shrink.py, tally.py, __main__.py | one seed, the smallest failure, many seeds |
| planted.py, holding.py | faults in the product that must be noticed, and within how many schedules |
"""
