"""Made-up documents, seeded: for demonstrations, tests and benchmarks. Nobody in them exists."""
