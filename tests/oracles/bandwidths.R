# An independent answer for tests/test_bandwidths.py: leave-one-out likelihood (spatstat) and least-squares cross-validation (sparr).
# Debian: apt-get install r-cran-spatstat.explore r-cran-sparr; then: Rscript tests/oracles/bandwidths.R > tests/oracles/bandwidths.txt
suppressMessages({library(spatstat.explore); library(sparr)})
cat(sprintf("# R %s, spatstat.explore %s, sparr %s\n", getRversion(), packageVersion("spatstat.explore"), packageVersion("sparr")))
tell <- function(name, values) cat(name, sprintf("%.9g", values), "\n")
n <- 1:120  # three clusters and a scatter, by golden-ratio sequences
u <- (n * 0.7548776662466927) %% 1; v <- (n * 0.5698402909980532) %% 1
r <- 6 * sqrt(-2 * log(pmax(u, .01))) * (n %% 4 > 0); a <- 2 * pi * v
x <- ifelse(n %% 4 == 0, 100 * u, c(30, 60, 75)[n %% 3 + 1] + r * cos(a)); y <- ifelse(n %% 4 == 0, 100 * v, c(25, 70, 40)[n %% 3 + 1] + r * sin(a))
X <- ppp(x, y, window = owin(c(-50, 150), c(-50, 150)))
tell("x", x); tell("y", y)
sigma <- c(2, 3, 4, 5, 6, 8, 10, 14, 20)
tell("sigma", sigma)
tell("likelihood", sapply(sigma, function(s) sum(log(density(X, sigma = s, at = "points", leaveoneout = TRUE, edge = FALSE)))))
tell("bw_ppl", bw.ppl(X, edge = FALSE, srange = c(2, 20), ns = 40))
tell("bw_diggle", bw.diggle(X))
found <- suppressWarnings(LSCV.density(X, hlim = c(2, 14), edge = FALSE, auto.optim = FALSE, seqres = 13, resolution = 256, verbose = FALSE))
tell("lscv_h", as.numeric(found[, 1])); tell("lscv", as.numeric(found[, 2]))
