"""The site: one page, no network, on which a stranger finds what the study says and how surely."""

from guantian.site.page import SiteData, build_page

__all__ = ["SiteData", "build_page"]
