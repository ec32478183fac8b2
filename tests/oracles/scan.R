# An independent answer for tests/test_scans.py: Kulldorff's circular scan written from the 1997 paper, one circle after the other.
# Then: Rscript tests/oracles/scan.R > tests/oracles/scan.txt
suppressMessages({library(spData); library(sf)})
cat(sprintf("# R %s, spData %s, sf %s\n", getRversion(), packageVersion("spData"), packageVersion("sf")))
tell <- function(name, values) cat(name, sprintf("%.15g", values), "\n")

# Largest log-likelihood ratio of the Poisson model over all circles that hold at most `cap` of the population, and its circle.
scan <- function(x, y, cases, people, cap) {
  N <- sum(cases); P <- sum(people); best <- list(llr = 0)
  for (i in seq_along(x)) {
    d <- round(sqrt((x - x[i])^2 + (y - y[i])^2), 3)
    for (r in sort(unique(d))) {
      inside <- d <= r
      if (sum(people[inside]) > cap * P + 1e-9) break
      if (sum(people[inside]) < 100) next
      c <- sum(cases[inside]); e <- N * sum(people[inside]) / P
      if (c <= e) next
      llr <- dpois(c, c, log = TRUE) + (if (N > c) dpois(N - c, N - c, log = TRUE) else 0) - dpois(c, e, log = TRUE) - dpois(N - c, N - e, log = TRUE)
      if (llr > best$llr + 1e-9) best <- list(llr = llr, members = which(inside), observed = c, expected = e, radius = r, centre = i)
    }
  }
  best
}
all_of <- function(name, x, y, cases, people) {
  tell(paste0(name, "_x"), x); tell(paste0(name, "_y"), y); tell(paste0(name, "_cases"), cases); tell(paste0(name, "_people"), people)
  for (cap in c(0.1, 0.5)) {
    found <- scan(x, y, cases, people, cap)
    tell(sprintf("%s_%g", name, cap), c(found$llr, found$observed, found$expected, found$radius, found$centre))
    tell(sprintf("%s_%g_members", name, cap), found$members)
  }
}
sids <- st_read(system.file("shapes/sids.shp", package = "spData"), quiet = TRUE); st_crs(sids) <- NA
at <- suppressWarnings(st_coordinates(st_centroid(st_geometry(sids)))) * 100000
all_of("sids74", at[, 1], at[, 2], sids$SID74, sids$BIR74)
all_of("sids79", at[, 1], at[, 2], sids$SID79, sids$BIR79)
g <- expand.grid(x = 1:12, y = 1:12); cases <- rep(0, 144)
cases[c(5, 17, 18, 60, 77, 100, 143, 144, 30, 31)] <- c(1, 2, 1, 1, 1, 3, 1, 1, 2, 2)
all_of("lattice", 100 * g$x, 100 * g$y, cases, 200 + 10 * ((7 * g$x + 3 * g$y) %% 11))
