"""The page as artifacts: HTML, style, sitemap."""
