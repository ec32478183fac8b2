# An independent answer for tests/test_smoothed.py and tests/test_standardised.py: spdep's global and local empirical Bayes, and the gamma interval of
# Fay and Feuer (1997) by stats::qgamma.
# Debian: apt-get install r-cran-spdep; then: Rscript tests/oracles/rates.R > tests/oracles/rates.txt
suppressMessages({library(spdep); library(sf); library(spData)})
cat(sprintf("# R %s, spdep %s, spData %s, sf %s\n", getRversion(), packageVersion("spdep"), packageVersion("spData"), packageVersion("sf")))
tell <- function(name, values) cat(name, sprintf("%.15g", values), "\n")

# 1. Local empirical Bayes: counts, people, neighbours (one line for each unit, counted from 1), estimates.
local <- function(name, x, n, nb) {
  tell(paste0(name, "_counts"), x); tell(paste0(name, "_people"), n)
  for (i in seq_along(nb)) tell(sprintf("%s_near_%d", name, i), if (any(nb[[i]] == 0)) integer(0) else nb[[i]])
  tell(paste0(name, "_global"), EBest(x, n)$estmm)
  tell(paste0(name, "_spdep"), EBlocal(x, n, nb, zero.policy = TRUE)$est)
  tell(paste0(name, "_geoda"), EBlocal(x, n, nb, zero.policy = TRUE, geoda = TRUE)$est)
}
sids <- st_read(system.file("shapes/sids.shp", package = "spData"), quiet = TRUE); st_crs(sids) <- NA
nb <- poly2nb(sids)
local("sids74", sids$SID74, sids$BIR74, nb)
local("sids79", sids$SID79, sids$BIR79, nb)
set.seed(1); x <- rpois(64, 3 * rep(c(0.4, 1.6), each = 32)); n <- round(exp(rnorm(64, 7, 0.8)))
local("lattice", x, n, cell2nb(8, 8, type = "queen"))

# 2. Fay and Feuer: births with Down's syndrome by age of the mother, Michigan 1950-64, by order of birth (Fleiss 1981; the paper's example),
# standard: all births; then few deaths and none.
gamma <- function(x, n, std) {
  w <- std / sum(std) / n; y <- sum(w * x); v <- sum(w^2 * x); m <- max(w)
  low <- if (y > 0) qgamma(0.025, shape = y^2 / v, scale = v / y) else 0
  c(y, low, qgamma(0.975, shape = (y + m)^2 / (v + m^2), scale = (v + m^2) / (y + m)))
}
births <- list(one = c(230061, 329449, 114920, 39487, 14208, 3052), five = c(327, 30666, 123419, 149919, 104088, 34392))
cases <- list(one = c(107, 141, 60, 40, 39, 25), five = c(0, 8, 63, 112, 262, 295))
total <- c(319933, 931318, 786511, 488235, 237863, 61313)
for (name in names(births)) tell(paste0("down_", name), 1e5 * gamma(cases[[name]], births[[name]], total))
tell("few", gamma(c(0, 2, 1, 0), c(800, 500, 900, 400), c(30, 40, 20, 10)))
tell("none", gamma(c(0, 0, 0, 0), c(800, 500, 900, 400), c(30, 40, 20, 10)))
