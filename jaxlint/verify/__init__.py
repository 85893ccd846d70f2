"""The verifier: runs what the linter flagged, in a fenced-off process, and says what happened.

How the parts fit:

- `model`: Verdict, Level (plan), Limits, Job, Evidence, Result; plain data, JSON both ways.
- `pool.Pool(jobs).run(jobs)` yields `(index, Result)`. It talks to `server` (jax imported, no
  backend) which forks one `worker` per job behind the `fence`.
- `worker.run_job` goes through the levels: `harness`, `own_calls`, `synth_run` (with `synthesise`,
  `hints`, `guesses`, `search`, `given`), `slice_file`, `pattern`. Each loads the file through
  `loader.UserCode` (the flagged expression counted by `instrument` and `site`), runs it under
  `watch` (in the processes that a command starts: `child`), and exercises roots with
  `exercise.Bench`, which records errors (`errors`), numbers (`rows`, `control`) into one Evidence.
- `judge.verdict(finding, evidence)` is pure; `counterproof` runs the fixed copy.
- `report`, `formats`, `emit` turn Results into a table, JSON, JUnit, SARIF and pytest files.
"""
