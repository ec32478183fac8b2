# An independent answer for tests/test_interventions.py: R's poisson.test, fisher.test, glm and strucchange.
# Debian: apt-get install r-cran-strucchange; then: Rscript tests/oracles/interventions.R > tests/oracles/interventions.txt
suppressMessages(library(strucchange))
cat(sprintf("# R %s, strucchange %s\n", getRversion(), packageVersion("strucchange")))
tell <- function(name, values) cat(name, sprintf("%.12g", values), "\n")
boston <- scan(text = "2 1 1 1 3 3 3 5 4 7 2 5 5 1 4 2 7 3 4 5 7 2 4 4 2 5 6 1 1 6 3 3 3 4 3 1 3 4 2 1 2 3 7 3 10 5 3 3
4 2 1 3 4 2 3 1 2 0 1 2 1 3 1 0 2 3 0 1 0 1 0 3 1 1 0 0 2", quiet = TRUE)
month <- factor((seq_along(boston) - 1) %% 12); trend <- seq_along(boston); after <- as.numeric(trend >= 54)

# 1. Before and after June 1996: the exact interval of the ratio, and the one of a Poisson regression.
tell("boston_exact", poisson.test(c(sum(boston[54:77]), sum(boston[1:53])), c(24, 53))$conf.int)
plain <- glm(boston ~ after, family = poisson)
tell("boston_regression", exp(c(coef(plain)[2], confint.default(plain)[2, ])))
tell("boston_scatter", sum(residuals(plain, "pearson")^2) / plain$df.residual)

# 2. With trend and months: Poisson, and with the scatter of the months (quasi-Poisson).
full <- glm(boston ~ after + trend + month, family = poisson)
tell("boston_step", exp(c(coef(full)[2], confint.default(full)[2, ])))
wide <- glm(boston ~ after + trend + month, family = quasipoisson)
tell("boston_step_scatter", c(exp(c(coef(wide)[2], confint.default(wide)[2, ])), summary(wide)$dispersion))

# 3. supF of a change of the mean: the statistic and the last observation before the break.
broken <- Fstats(boston ~ 1, from = 0.15)
tell("boston_sup_f", c(max(broken$Fstats), broken$breakpoint))
tell("boston_f", broken$Fstats)

# 4. Fisher's conditional interval of the odds ratio: treated after, before, comparison after, before.
for (cells in list(c(110, 207, 318, 308), c(30, 80, 55, 60), c(0, 9, 5, 6), c(7, 0, 4, 9)))
  tell(paste0("odds_", paste(cells, collapse = "_")), fisher.test(matrix(cells, 2))$conf.int)
