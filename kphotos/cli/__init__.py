"""The command `kphotos`: one module per group of commands; `main` is the only place that ends the process."""
