"""Bibliographies compiled by TeX: run `make tex` where TeX is installed."""
