# An independent answer for tests/test_repeats.py: surveillance's Knox test and run lengths of its Poisson cumulative sum.
# Debian: apt-get install r-cran-surveillance; then: Rscript tests/oracles/repeats.R > tests/oracles/repeats.txt
suppressMessages(library(surveillance))
cat(sprintf("# R %s, surveillance %s\n", getRversion(), packageVersion("surveillance")))
tell <- function(name, values) cat(name, sprintf("%.15g", values), "\n")

# 1. Events on a spiral of whole metres, days in a scattered order, three close series added.
i <- 0:119
x <- round(400 * cos(i * 2.399963) * sqrt(i / 120)); y <- round(400 * sin(i * 2.399963) * sqrt(i / 120)); day <- (i * 37) %% 241
x <- c(x, 10, 12, 15, 300, 302, -200, -201, -204); y <- c(y, 10, 9, 14, -100, -101, 250, 252, 249); day <- c(day, 50, 53, 57, 120, 124, 200, 201, 206)
tell("x", x); tell("y", y); tell("day", day)
near <- as.numeric(dist(cbind(x, y))); gap <- as.numeric(dist(day))
for (limits in list(c(60, 7), c(100, 14), c(30, 30))) {
  invisible(capture.output(found <- knox(dt = gap, ds = near, eps.t = limits[2], eps.s = limits[1])))
  tell(sprintf("knox_%d_%d", limits[1], limits[2]), c(found$statistic, found$null.value))
}
# 2. Weeks until the first alarm: limit, reference, mean, and the mean run length.
for (one in list(c(4, 0.5, 0.3), c(3, 1.4, 1), c(5, 6.5, 4.5), c(2.5, 0.4, 0.2), c(6, 1.5, 2))) {
  tell("run_length", c(one, arlCusum(h = one[1], k = one[2], theta = one[3], distr = "poisson", digits = 1)$ARL))
}
