# An independent answer for tests/test_relative_risk.py: sparr's log relative risk and its tolerance.
# Debian: apt-get install r-cran-sparr; then: Rscript tests/oracles/relative.R > tests/oracles/relative.txt
suppressMessages({library(sparr); library(spatstat.explore)})
cat(sprintf("# R %s, sparr %s, spatstat.explore %s\n", getRversion(), packageVersion("sparr"), packageVersion("spatstat.explore")))
tell <- function(name, values) cat(name, sprintf("%.9g", values), "\n")
# Residents: on a lattice of 40 x 40 places of 2.5 m in a square of 100 m, as many at each as this formula says; 60 homicides, half of
# them in one quarter (golden-ratio sequences).
at <- expand.grid(x = seq(1.25, 98.75, 2.5), y = seq(1.25, 98.75, 2.5))
people <- round(6 + 3 * sin(at$x / 15) + 2 * cos(at$y / 12))
W <- owin(c(0, 100), c(0, 100))
controls <- ppp(rep(at$x, people), rep(at$y, people), window = W, checkdup = FALSE)
n <- 1:60
u <- (n * 0.7548776662466927) %% 1; v <- (n * 0.5698402909980532) %% 1
cases <- ppp(ifelse(n %% 2 == 0, 50 + 40 * u, 100 * u), ifelse(n %% 2 == 0, 50 + 40 * v, 100 * v), window = W)
places <- list(x = c(10.15, 30.1, 50.2, 70.1, 90.2, 60.1, 80.1, 20.1), y = c(10.15, 80.1, 50.2, 75.1, 20.2, 60.1, 85.1, 45.1))
for (h in c(8, 14)) {
  f <- bivariate.density(cases, h0 = h, adapt = FALSE, resolution = 256, edge = "diggle", verbose = FALSE)
  g <- bivariate.density(controls, h0 = h, adapt = FALSE, resolution = 256, edge = "diggle", verbose = FALSE)
  rho <- risk(f, g, log = TRUE, tolerate = FALSE, verbose = FALSE)
  tell(paste0("log_", h), rho$rr[places])
  small <- risk(bivariate.density(cases, h0 = h, adapt = FALSE, resolution = 64, edge = "uniform", verbose = FALSE),
                bivariate.density(controls, h0 = h, adapt = FALSE, resolution = 64, edge = "uniform", verbose = FALSE),
                log = TRUE, tolerate = TRUE, verbose = FALSE)
  tell(paste0("asymptotic_p_", h), small$P[places])
  set.seed(1)
  mc <- tolerance(small, method = "MC", ITER = 499, verbose = FALSE)
  tell(paste0("monte_carlo_p_", h), mc[places])
}
