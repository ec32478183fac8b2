# An independent answer for tests/test_streets.py: spatstat.linnet's equal-split densities on street networks.
# Debian: apt-get install r-cran-spatstat.linnet; then: Rscript tests/oracles/streets.R > tests/oracles/streets.txt
suppressMessages(library(spatstat.linnet))
cat(sprintf("# R %s, spatstat.linnet %s, spatstat.geom %s\n", getRversion(),
            packageVersion("spatstat.linnet"), packageVersion("spatstat.geom")))

# A lattice of 5 x 5 crossings about 100 m apart, each moved a little (golden-ratio sequences); with `stubs`, four dead ends as well.
build <- function(stubs) {
  n <- 0:24
  x <- 100 * (n %% 5) + 40 * ((n * 0.7548776662466927) %% 1) - 20
  y <- 100 * (n %/% 5) + 40 * ((n * 0.5698402909980532) %% 1) - 20
  right <- cbind(n[n %% 5 < 4], n[n %% 5 < 4] + 1); up <- cbind(n[n < 20], n[n < 20] + 5)
  edges <- rbind(right, up, c(6, 12), c(12, 18)) + 1
  if (stubs) {
    x <- c(x, x[c(3, 11, 15, 23)] + c(7, -60, 55, 10)); y <- c(y, y[c(3, 11, 15, 23)] + c(-70, 4, -9, 80))
    edges <- rbind(edges, cbind(c(3, 11, 15, 23), 26:29))
  }
  linnet(ppp(x, y, window = owin(c(-100, 600), c(-100, 600))), edges = edges)
}
k <- 1:14
for (stubs in c(FALSE, TRUE)) {
  L <- build(stubs)
  seg <- (k * 11) %% nsegments(L) + 1;  # no two on one street: there this version of spatstat mixes them up
  tp <- (k * 0.6180339887498949) %% 1
  X <- lpp(data.frame(seg = seg, tp = tp), L)
  # the first eight are homicides, the others places to read
  w <- as.numeric(k <= 8)
  for (h in c(90, 170, 300)) for (continuous in c(FALSE, TRUE)) {
    if (stubs && !continuous) next  # at a dead end spatstat's discontinuous kernel loses what we turn back
    z <- densityEqualSplit(X, sigma = h / sqrt(7), kernel = "biweight", continuous = continuous, at = "points",
                           leaveoneout = FALSE, weights = w, epsilon = 1e-10, verbose = FALSE)
    cat(sprintf("%s_%s_%g", if (stubs) "stubs" else "lattice", if (continuous) "continuous" else "discontinuous", h),
        sprintf("%.9g", as.numeric(z)), "\n")
  }
}
