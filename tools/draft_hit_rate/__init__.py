"""How much of a drafted source is right: public data sets, each with a truth that was written down before."""
