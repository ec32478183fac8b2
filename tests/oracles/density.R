# An independent answer for tests/test_density.py: spatstat.explore's kernel density, with its own edge corrections.
# Debian: apt-get install r-cran-spatstat.explore; then: Rscript tests/oracles/density.R > tests/oracles/density.txt
suppressMessages(library(spatstat.explore))
cat(sprintf("# R %s, spatstat.explore %s, spatstat.geom %s\n", getRversion(),
            packageVersion("spatstat.explore"), packageVersion("spatstat.geom")))
tell <- function(name, values) cat(name, sprintf("%.9g", values), "\n")

# 1. Five points in a square, at the points themselves.
five <- ppp(c(1, 2, 5, 9.5, .2), c(1, 8, 5, 9, .1), window = owin(c(0, 10), c(0, 10)))
at <- function(...) as.numeric(density(five, sigma = 1, at = "points", leaveoneout = FALSE, dimyx = 1000, ...))
tell("five_none", at(edge = FALSE))
tell("five_uniform", at(edge = TRUE, diggle = FALSE))
tell("five_jones_diggle", at(edge = TRUE, diggle = TRUE))

# 2. Sixty points (a golden-ratio sequence) in an L with a hole, on a grid of 3000 x 3000, read at eight places.
#    spatstat's sigma is the standard deviation of the kernel along an axis: h for Gaussian, h / sqrt(8) for quartic.
n <- 1:400
x <- 100 * ((n * 0.7548776662466927) %% 1); y <- 100 * ((n * 0.5698402909980532) %% 1)
shape <- owin(poly = list(list(x = c(0, 100, 100, 40, 40, 0), y = c(0, 0, 40, 40, 100, 100)),
                          list(x = c(10, 10, 20, 20), y = c(10, 20, 20, 10))))
keep <- inside.owin(x, y, shape)
many <- ppp(x[keep][1:60], y[keep][1:60], window = shape)
places <- list(x = c(5.05, 30.05, 95.05, 25.05, 2.05, 38.05, 60.05, 22.05), y = c(5.05, 30.05, 5.05, 95.05, 60.05, 45.05, 38.05, 15.05))
for (kernel in c("gaussian", "quartic")) for (edge in c("none", "uniform", "jones_diggle")) {
  h <- 15
  sigma <- if (kernel == "gaussian") h / 2 else h / sqrt(8)
  z <- density(many, sigma = sigma, kernel = kernel, edge = edge != "none", diggle = edge == "jones_diggle", dimyx = 3000)
  tell(paste("shape", kernel, edge, sep = "_"), z[places])
  tell(paste("shape", kernel, edge, "integral", sep = "_"), integral(z))
}
tell("points", npoints(many))
