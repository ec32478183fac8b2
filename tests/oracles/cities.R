# An independent answer for tests/test_density_cities.py: spatstat's and sparr's densities and bandwidths, and spatstat.linnet's density
# along streets, on the homicides of four cities, each read from the file as its publisher gives it.
# Debian: apt-get install r-cran-spatstat.explore r-cran-spatstat.linnet r-cran-sparr r-cran-jsonlite; then, with the real city data in DATA:
# Rscript tests/oracles/cities.R DATA > tests/oracles/cities.txt
suppressMessages({library(spatstat.explore); library(spatstat.linnet); library(sparr); library(jsonlite)})
data <- commandArgs(trailingOnly = TRUE)[1]
cat(sprintf("# R %s, spatstat.explore %s, spatstat.linnet %s, spatstat.geom %s, sparr %s\n", getRversion(), packageVersion("spatstat.explore"),
            packageVersion("spatstat.linnet"), packageVersion("spatstat.geom"), packageVersion("sparr")))
tell <- function(city, name, values) cat(paste(city, name, sep = "_"), sprintf("%.9g", values), "\n")

# Degrees become metres on a plane that touches the earth at a given place: as good as any within a city, and the same sum in Python.
flat <- function(lon, lat, at) cbind(111320 * cos(at[2] * pi / 180) * (lon - at[1]), 110574 * (lat - at[2]))
albatros <- c(-89.28, 11.3)

read_albatros <- function(fecha = "/2016$") {  # some places are 0, or have x and y the wrong way round
  t <- read.csv("data/cities/puerto-albatros/raw/homicides.csv")
  xy <- flat(t$lon, t$lat, albatros)
  xy[grepl(fecha, t$fecha) & !is.na(rowSums(xy)) & abs(xy[, 1]) < 15000 & abs(xy[, 2]) < 15000, ]
}
read_chicago <- function() {
  t <- read.csv(file.path(data, "chicago", "homicides_2001_2018.csv"))
  as.matrix(t[t$Year == 2016, c("X.Coordinate", "Y.Coordinate")]) * 0.3048
}
read_philadelphia <- function() {
  t <- read.csv(file.path(data, "philadelphia", "homicides_2006_2018.csv"))
  words <- t$geometry[t$year == 2012 & grepl("^POINT \\(", t$geometry)]
  do.call(rbind, lapply(strsplit(gsub("POINT \\(|\\)", "", words), " "), as.numeric)) * 0.3048
}
read_guayaquil <- function() {
  t <- read.csv(gzfile(file.path(data, "guayaquil", "muertes_violentas_guayaquil_latin1_semicolon.csv.gz"), encoding = "latin1"), sep = ";",
                colClasses = "character")
  t <- t[t$Anio_i == "2025" & t$Mes_i %in% c("enero", "febrero"), ]
  lon <- as.numeric(sub(",", ".", t$Coord..X)); lat <- as.numeric(sub(",", ".", t$Coord..Y))
  near <- !is.na(lon) & !is.na(lat) & lon > -80.05 & lon < -79.85 & lat > -2.3 & lat < -2
  flat(lon[near], lat[near], c(-79.95, -2.15))
}

sigma <- c(200, 400, 800, 1600)
for (city in c("albatros", "chicago", "philadelphia", "guayaquil")) {
  at <- get(paste0("read_", city))()
  at <- round(at[rowSums(is.na(at)) == 0, ], 3)
  at <- at[!duplicated(at), ]  # places: one homicide at each, as cross-validation takes several at one place differently
  low <- 100 * floor(apply(at, 2, min) / 100); high <- 100 * ceiling(apply(at, 2, max) / 100)
  X <- ppp(at[, 1], at[, 2], window = owin(c(low[1], high[1]), c(low[2], high[2])))
  tell(city, "n", npoints(X)); tell(city, "window", c(low[1], low[2], high[1], high[2])); tell(city, "sum", colSums(at))
  first <- c(1:4, which.min(at[, 1]), which.max(at[, 1]), which.min(at[, 2]), which.max(at[, 2]))  # four anywhere, four at the edges
  tell(city, "x", at[first, 1]); tell(city, "y", at[first, 2])
  for (edge in c("none", "uniform", "jones_diggle"))
    tell(city, paste0("gaussian_", edge), density(X, sigma = 800, at = "points", leaveoneout = FALSE, edge = edge != "none",
                                                  diggle = edge == "jones_diggle", dimyx = 1024)[first])
  # a grid whose cells are 20 m: read in the middle of the cell of each place
  for (edge in c("none", "jones_diggle")) {
    z <- density(X, sigma = 1500 / sqrt(8), kernel = "quartic", edge = edge != "none", diggle = edge == "jones_diggle", eps = 20)
    cell <- nearest.pixel(at[first, 1], at[first, 2], z)
    if (edge == "none") { tell(city, "middle_x", z$xcol[cell$col]); tell(city, "middle_y", z$yrow[cell$row]) }
    tell(city, paste0("quartic_", edge), z$v[cbind(cell$row, cell$col)])
    tell(city, paste0("quartic_", edge, "_integral"), integral(z))
  }
  tell(city, "sigma", sigma)
  tell(city, "likelihood", sapply(sigma, function(s) sum(log(density(X, sigma = s, at = "points", leaveoneout = TRUE, edge = FALSE)))))
  tell(city, "bw_ppl", bw.ppl(X, edge = FALSE, srange = c(100, 4000), ns = 100))
  tell(city, "bw_diggle", bw.diggle(X)); tell(city, "bw_scott", bw.scott(X))
  found <- suppressWarnings(LSCV.density(X, hlim = c(400, 1600), edge = FALSE, auto.optim = FALSE, seqres = 7, resolution = 512, verbose = FALSE))
  tell(city, "lscv_h", as.numeric(found[, 1])); tell(city, "lscv", as.numeric(found[, 2]))
}

# The streets of Puerto Albatros around one place, and one homicide (of all years) on each of some of them.
parts <- lapply(fromJSON("data/cities/puerto-albatros/raw/streets.geojson", simplifyVector = FALSE)$features, function(one) {
  xy <- do.call(rbind, lapply(one$geometry$coordinates, function(p) c(p[[1]], p[[2]])))
  flat(xy[, 1], xy[, 2], albatros)
})
places <- read_albatros("/")
centre <- apply(places, 2, median); side <- 700
inside <- function(xy, r) all(abs(xy[, 1] - centre[1]) < r & abs(xy[, 2] - centre[2]) < r)
kept <- which(sapply(parts, inside, r = side))
steps <- do.call(rbind, lapply(kept, function(k) { n <- nrow(parts[[k]]); cbind(parts[[k]][-n, , drop = FALSE], parts[[k]][-1, , drop = FALSE], k) }))
grid <- round(rbind(steps[, 1:2], steps[, 3:4]) / 0.1)
key <- paste(grid[, 1], grid[, 2]); node <- match(key, unique(key))
corners <- rbind(steps[, 1:2], steps[, 3:4])[!duplicated(key), ]
L <- linnet(ppp(corners[, 1], corners[, 2], window = owin(centre[1] + c(-1, 1) * side, centre[2] + c(-1, 1) * side)),
            edges = matrix(node, ncol = 2), sparse = TRUE)
ends <- corners[vertexdegree(L) == 1, , drop = FALSE]
near <- places[abs(places[, 1] - centre[1]) < side - 50 & abs(places[, 2] - centre[2]) < side - 50, ]
near <- round(near[!duplicated(round(near, 3)), ], 3)
on <- as.data.frame(lpp(ppp(near[, 1], near[, 2], window = Window(L)), L))
street <- steps[on$seg, 5]
tell("streets", "segments", nsegments(L)); tell("streets", "length", sum(lengths_psp(as.psp(L)))); tell("streets", "dead_ends", nrow(ends))
for (h in c(120, 250)) for (continuous in c(FALSE, TRUE)) {
  # at a dead end spatstat's discontinuous kernel loses what ours turns back: only places further off than h from any
  far <- if (continuous || nrow(ends) == 0) rep(TRUE, nrow(near)) else apply(crossdist(near[, 1], near[, 2], ends[, 1], ends[, 2]), 1, min) > 1.05 * h
  some <- which(far)[!duplicated(street[far])][1:20]; some <- some[!is.na(some)]
  X <- lpp(data.frame(seg = on$seg[some], tp = on$tp[some]), L)
  z <- densityEqualSplit(X, sigma = h / sqrt(7), kernel = "biweight", continuous = continuous, at = "points", leaveoneout = FALSE,
                         epsilon = 1e-9, verbose = FALSE)
  name <- sprintf("%s_%g", if (continuous) "continuous" else "discontinuous", h)
  tell("streets", paste0(name, "_x"), near[some, 1]); tell("streets", paste0(name, "_y"), near[some, 2]); tell("streets", name, as.numeric(z))
}
