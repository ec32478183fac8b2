# An independent answer for tests/test_trends_breaks.py: strucchange's supF of a shift in the mean.
# Debian: apt-get install r-cran-strucchange; then: Rscript tests/oracles/change.R > tests/oracles/change.txt
suppressMessages(library(strucchange))
cat(sprintf("# R %s, strucchange %s\n", getRversion(), packageVersion("strucchange")))
tell <- function(name, values) cat(name, sprintf("%.15g", values), "\n")
series <- function(name, x) {
  f <- Fstats(x ~ 1)
  tell(paste0(name, "_values"), x)
  tell(paste0(name, "_f"), as.numeric(f$Fstats))
  tell(paste0(name, "_last"), f$breakpoint)
  tell(paste0(name, "_p"), sctest(f)$p.value)
}

# 1. Boston, youth homicides a month, January 1992 to May 1998. 2. Nothing going on. 3. A late and small shift. 4. Short.
series("boston", c(2,1,1,1,3,3,3,5,4,7,2,5,5,1,4,2,7,3,4,5,7,2,4,4,2,5,6,1,1,6,3,3,3,4,3,1,
                   3,4,2,1,2,3,7,3,10,5,3,3,4,2,1,3,4,2,3,1,2,0,1,2,1,3,1,0,2,3,0,1,0,1,0,3,1,1,0,0,2))
set.seed(5); series("quiet", rpois(120, 6))
set.seed(6); series("late", c(rpois(90, 10), rpois(30, 7)))
set.seed(7); series("short", rpois(37, 3))
# Benjamini and Hochberg (stats).
p <- c(0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34, 1, 1)
tell("bh_p", p); tell("bh_adjusted", p.adjust(p, "BH"))
