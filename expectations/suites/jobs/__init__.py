"""Rules of single jobs' score tables beyond those of every job, each in a module of the job's name."""
