# Make oracle_r.json: cross-sections by spatialreg, panels by plm.
# Run once by hand in this folder, in R 4.2.2 with spatialreg 1.2-6, spdep 1.2-7, plm 2.6-2 and
# jsonlite (Debian 12: r-cran-spatialreg, r-cran-spdep, r-cran-plm, r-cran-jsonlite); the tests read
# its output.
suppressPackageStartupMessages({
  library(spatialreg); library(spdep); library(plm); library(jsonlite)
})
sim <- file.path("..", "sim")

weights <- function(n, first = n) {
  triplets <- read.csv(file.path(sim, sprintf("W_rook_%d.csv", n)))
  W <- Matrix::sparseMatrix(triplets$i + 1, triplets$j + 1, x = triplets$w, dims = c(n, n))
  mat2listw(as.matrix(W)[1:first, 1:first], style = "W")
}

kept <- function(fit) {
  spatial <- c(rho = fit$rho, lambda = fit$lambda)
  names(spatial) <- sub("\\..*", "", names(spatial))
  errors <- c(rho = fit$rho.se, lambda = fit$lambda.se)
  names(errors) <- sub("\\..*", "", names(errors))
  list(
    params = as.list(c(coef(fit)[!names(coef(fit)) %in% c("rho", "lambda")], spatial)),
    std_errors = as.list(c(fit$rest.se, errors)),
    sigma2 = fit$s2, loglik = as.numeric(logLik(fit))
  )
}

# The first period of a panel is a cross-section.
d <- subset(read.csv(file.path(sim, "panel_200.csv")), t == 0)
d <- d[order(d$id), c("y", "x1", "x2")]
lw <- weights(200)
rownames(d) <- attr(lw, "region.id")
made <- list(made_by = paste(
  R.version.string, "spatialreg", packageVersion("spatialreg"), "spdep", packageVersion("spdep"),
  "plm", packageVersion("plm")
))
f <- y ~ x1 + x2
lag <- lagsarlm(f, d, lw)
err <- errorsarlm(f, d, lw)
durbin <- lagsarlm(f, d, lw, Durbin = TRUE)
made$sar <- kept(lag)
made$sem <- kept(err)
made$sdm <- kept(durbin)
made$sdem <- kept(errorsarlm(f, d, lw, Durbin = TRUE))
made$sac <- kept(sacsarlm(f, d, lw))
made$gns <- kept(sacsarlm(f, d, lw, Durbin = TRUE))

# Predictions: the sample's by signal (TS) and trend (TC); the last 20 cells left out (TC, BP).
made$predict_in <- list(
  TC = as.numeric(predict(lag, newdata = d, listw = lw, pred.type = "TC")),
  TS = as.numeric(predict(lag, pred.type = "TS"))
)
small <- weights(200, 180)
part <- lagsarlm(f, d[1:180, ], small)
new <- d[181:200, ]
made$predict_out <- list(
  params = as.list(c(coef(part))),
  TC = as.numeric(predict(part, newdata = new, listw = lw, pred.type = "TC")),
  BP = as.numeric(predict(part, newdata = new, listw = lw, pred.type = "BP"))
)

# Panels: mean groups, common correlated effects, dependence, Driscoll and Kraay.
for (n in c(50, 200)) {
  p <- read.csv(file.path(sim, sprintf("panel_%d.csv", n)))
  p <- pdata.frame(p, index = c("id", "t"))
  T <- length(unique(p$t))
  case <- list(periods = T)
  if (T > 5) {
    mg <- pmg(f, p, model = "mg")
    case$mg <- list(params = as.list(coef(mg)), std_errors = as.list(sqrt(diag(vcov(mg)))))
  }
  if (T > 7) {
    cce <- pcce(f, p, model = "mg")
    case$cce <- list(params = as.list(coef(cce)), std_errors = as.list(sqrt(diag(vcov(cce)))))
  }
  within <- plm(f, p, model = "within", effect = "twoways")
  case$cd <- as.numeric(pcdtest(within, test = "cd")$statistic)
  case$within <- as.list(coef(within))
  case$scc <- as.list(sqrt(diag(vcovSCC(within, type = "HC0", maxlag = 1))))
  case$hc <- as.list(sqrt(diag(vcovHC(within, method = "arellano", type = "HC0"))))
  made[[sprintf("plm_%d", n)]] <- case
}
write_json(made, "oracle_r.json", auto_unbox = TRUE, digits = 15, pretty = TRUE)
