# An independent answer for tests/test_clusters.py: spdep's neighbours, Gi*, local Moran and Moran's I.
# Debian: apt-get install r-cran-spdep; then: Rscript tests/oracles/clusters.R > tests/oracles/clusters.txt
suppressMessages({library(spdep); library(sf); library(spData)})
cat(sprintf("# R %s, spdep %s, spData %s, sf %s\n", getRversion(), packageVersion("spdep"), packageVersion("spData"), packageVersion("sf")))
tell <- function(name, values) cat(name, sprintf("%.15g", values), "\n")

# Each data set: values, neighbours (one line for each unit, counted from 1), Gi* (binary, itself included, analytic z), local Moran and
# Moran's I (row-standardised).
all_of <- function(name, x, nb) {
  tell(paste0(name, "_values"), x)
  for (i in seq_along(nb)) tell(sprintf("%s_near_%d", name, i), if (any(nb[[i]] == 0)) integer(0) else nb[[i]])
  tell(paste0(name, "_gi_star"), as.numeric(localG(x, nb2listw(include.self(nb), style = "B"))))
  row <- nb2listw(nb, style = "W")
  tell(paste0(name, "_local_moran"), localmoran(x, row)[, "Ii"])
  tell(paste0(name, "_moran"), moran(x, row, length(x), Szero(row))$I)
}

# 1. Columbus: crime in 49 neighbourhoods. 2. North Carolina: sudden infant deaths 1974-78 in 100 counties. Neighbours from the shapes.
shape <- function(name) st_read(system.file(paste0("shapes/", name, ".shp"), package = "spData"), quiet = TRUE)
columbus <- shape("columbus"); st_crs(columbus) <- NA
sids <- shape("sids"); st_crs(sids) <- NA
all_of("columbus", columbus$CRIME, poly2nb(columbus))
all_of("sids", sids$SID74, poly2nb(sids))

# 3. Few events on a lattice: 12 x 12 cells, all but eight of them empty.
x <- rep(0, 144); x[c(5, 17, 18, 60, 77, 100, 143, 144)] <- c(1, 2, 1, 1, 1, 3, 1, 1)
all_of("lattice", x, cell2nb(12, 12, type = "queen"))

# 4. The binomial tail and its adjustment (stats): events, n, share, p; then BH and BY of those p.
events <- c(0, 1, 2, 4, 7, 12, 30, 3); n <- c(100, 100, 100, 100, 500, 500, 2000, 3); share <- c(9e-4, 9e-4, 9e-4, 9e-4, 2.5e-3, 4e-3, 1e-2, 4 / 9)
p <- pbinom(events - 1, n, share, lower.tail = FALSE)
tell("tail_events", events); tell("tail_n", n); tell("tail_share", share); tell("tail_p", p)
tell("tail_bh", p.adjust(p, "BH")); tell("tail_by", p.adjust(p, "BY"))
